"""The answers that a client agent caches for ?cached requests."""

import unittest

from agent import AgentTest, eventually


class AgentCache(AgentTest):
    def setUp(self):
        self.server = self.agent(node_name="one").start()
        self.client = self.agent(node_name="two", server=False, bootstrap=False,
                                 retry_join=[f"127.0.0.1:{self.server.ports['serf_lan']}"]).start()

    def ask(self, path, **headers):
        """@returns (X-Cache, Age, index, body)."""
        status, answered, body = self.client.request("GET", path, headers=headers)
        self.assertEqual(status, 200, body)
        return answered["X-Cache"], answered["Age"], int(answered["X-Consul-Index"] or 0), body

    def test_the_second_answer_is_at_hand_and_follows_changes(self):
        for path in ("/v1/health/service/web?cached", "/v1/catalog/service/web?cached", "/v1/catalog/services?cached"):
            self.assertEqual(self.ask(path)[:2], ("MISS", None))
            self.assertEqual(self.ask(path)[:2], ("HIT", "0"))
        self.client.put("/v1/agent/service/register", {"Name": "web", "Port": 80})
        for path in ("/v1/health/service/web?cached", "/v1/catalog/service/web?cached", "/v1/catalog/services?cached"):
            eventually(lambda: b'"web"' in self.ask(path)[3], 10, f"the new service in {path}")
            self.assertEqual(self.ask(path)[:2], ("HIT", "0"))

    def test_a_blocking_question_is_answered_with_the_news(self):
        path = "/v1/health/service/web?cached"
        index = self.ask(path)[2]
        self.client.put("/v1/agent/service/register", {"Name": "web", "Port": 80})
        kind, _, newer, body = self.ask(f"{path}&index={index}&wait=20s")
        self.assertGreater(newer, index)
        self.assertEqual(kind, "MISS")
        eventually(lambda: b'"web"' in self.ask(path)[3], 10, "the new service")

    def test_kept_answers_outlast_the_servers_and_say_how_old_they_are(self):
        path = "/v1/catalog/services?cached"
        self.ask(path)
        self.server.kill()
        eventually(lambda: int(self.ask(path)[1]) >= 1, 30, "an answer that has grown old")
        self.assertIn(b'"consul"', self.ask(path)[3])

    def test_datacenters_are_as_fresh_as_the_client_wants(self):
        path = "/v1/catalog/datacenters?cached"
        self.assertEqual(self.ask(path)[0], "MISS")
        self.assertEqual(self.ask(path)[0], "HIT")
        self.assertEqual(self.ask(path, **{"Cache-Control": "max-age=0"})[0], "MISS")
        self.assertEqual(self.ask(path, **{"Cache-Control": "max-age=60"})[0], "HIT")

    def test_only_questions_that_are_kept_say_so(self):
        self.assertEqual(self.ask("/v1/catalog/nodes?cached")[0], None)
        self.assertEqual(self.ask("/v1/catalog/services")[0], None)


if __name__ == "__main__":
    unittest.main()
