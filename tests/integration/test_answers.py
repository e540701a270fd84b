"""The answers to slightly wrong requests: redirects, namespaces, missing parts."""

import json
import unittest

from agent import Agent, AgentTest, eventually


class Answers(AgentTest):
    @classmethod
    def setUpClass(cls):
        cls.one = Agent(log_level="warn").start()

    @classmethod
    def tearDownClass(cls):
        cls.one.close()

    def ask(self, method, path, body=None, status=200):
        got, headers, data = self.one.request(method, path, body)
        self.assertEqual(got, status, (method, path, data))
        return {name.lower(): value for name, value in headers.items()}, data

    def test_a_subtree_without_its_last_slash_leads_to_it(self):
        for path, there in [("/v1/kv?recurse", "/v1/kv/?recurse"), ("/v1/kv", "/v1/kv/"),
                            ("/v1/kv?recurse&separator=%2F", "/v1/kv/?recurse&amp;separator=%2F"),
                            ("/v1/session/info", "/v1/session/info/"),
                            # it is below /v1/agent/service/, and a service may have this name
                            ("/v1/agent/service/deregister", "/v1/agent/service/deregister/")]:
            with self.subTest(path=path):
                headers, body = self.ask("GET", path, status=301)
                self.assertEqual(headers["location"], there.replace("&amp;", "&"))
                self.assertEqual(headers["content-type"], "text/html; charset=utf-8")
                self.assertEqual(body.decode(), f'<a href="{there}">Moved Permanently</a>.\n\n')
        headers, body = self.ask("PUT", "/v1/kv?cas=0", "x", status=301)
        self.assertEqual((headers["location"], body), ("/v1/kv/?cas=0", b""))
        self.assertNotIn("content-type", headers)

    def test_namespaces_and_partitions_are_refused_where_they_would_be_looked_into(self):
        for path in ["/v1/kv/a", "/v1/catalog/services", "/v1/health/state/any", "/v1/session/list",
                     "/v1/agent/services"]:
            for name, what in [("ns", "Namespaces"), ("partition", "Partitions")]:
                _, body = self.ask("GET", f"{path}?{name}=x", status=400)
                self.assertEqual(body.decode(),
                                 f'Invalid query parameter: "{name}" - {what} are a Consul Enterprise feature')
        self.ask("GET", "/v1/catalog/nodes?ns=x")
        self.ask("GET", "/v1/catalog/nodes?partition=x", status=400)
        self.ask("GET", "/v1/catalog/services?ns=")
        self.ask("GET", "/v1/status/leader?ns=x&partition=y")

    def test_an_empty_tag_is_a_tag_that_nobody_has(self):
        self.ask("PUT", "/v1/catalog/register", json.dumps({"Node": "t", "Address": "10.0.0.1",
                                                            "Service": {"Service": "tagged", "Tags": ["a"]}}))
        for family in ("catalog", "health"):
            self.assertEqual(json.loads(self.ask("GET", f"/v1/{family}/service/tagged?tag=")[1]), [])
            self.assertEqual(len(json.loads(self.ask("GET", f"/v1/{family}/service/tagged?tag=A")[1])), 1)

    def test_the_catalog_takes_no_proxy_without_a_port_and_no_check_without_its_service(self):
        for service, text in [({"Service": "n", "Connect": {"Native": True}}, "Connect native service"),
                              ({"Service": "p", "Kind": "connect-proxy", "Port": 1}, "Proxy.DestinationServiceName"),
                              ({"Service": "g", "Kind": "mesh-gateway"}, "Port must be non-zero for a mesh-gateway")]:
            _, body = self.ask("PUT", "/v1/catalog/register", json.dumps(
                {"Node": "k", "Address": "10.0.0.2", "Service": service}), status=500)
            self.assertIn(text, body.decode())
        _, body = self.ask("PUT", "/v1/catalog/register", json.dumps(
            {"Node": "k", "Address": "10.0.0.2", "Check": {"CheckID": "c", "Name": "c", "ServiceID": "none"}}), status=500)
        self.assertEqual(body.decode(), "Unknown service ID 'none' for check ID 'c'")
        self.assertNotIn(b'"k"', self.ask("GET", "/v1/catalog/nodes")[1])

    def test_a_transaction_with_a_malformed_operation_changes_nothing(self):
        for op, what in [({"KV": {"Verb": "set", "Key": ""}}, "Must provide key"),
                         ({"Node": {"Verb": "set", "Node": {}}}, "Must provide node"),
                         ({"Service": {"Verb": "set", "Node": "it", "Service": {"ID": "x"}}},
                          "Must provide service name (Service.Service) when service ID is provided")]:
            good = {"KV": {"Verb": "set", "Key": "beside", "Value": "eA=="}}
            _, body = self.ask("PUT", "/v1/txn", json.dumps([good, op]), status=409)
            self.assertEqual(json.loads(body), {"Results": None, "Errors": [{"OpIndex": 1, "What": what}]})
        self.ask("GET", "/v1/kv/beside", status=404)

    def session(self, body, status=200):
        _, data = self.ask("PUT", "/v1/session/create", json.dumps(body), status)
        if status != 200:
            return data.decode()
        return json.loads(self.ask("GET", "/v1/session/info/" + json.loads(data)["ID"])[1])[0]

    def test_sessions_keep_the_delay_and_the_checks_that_they_are_given(self):
        self.assertEqual(self.session({"LockDelay": "90s"})["LockDelay"], 90 * 10**9)
        self.assertEqual(self.session({"LockDelay": 15})["LockDelay"], 15 * 10**9)
        self.ask("PUT", "/v1/catalog/register", json.dumps(
            {"Node": "s", "Address": "10.0.0.3", "Check": {"CheckID": "c", "Name": "c", "Status": "passing"}}))
        self.assertEqual(self.session({"Node": "s", "NodeChecks": ["c"]})["NodeChecks"], ["c"])
        self.assertFalse(self.session({"Node": "s", "Checks": []})["NodeChecks"])
        self.assertIn("Missing check 'serfHealth'", self.session({"Node": "s", "Checks": ["c"]}, status=500))

    def test_checks_show_intervals_by_where_they_came_from(self):
        self.ask("PUT", "/v1/agent/service/register", json.dumps({"Name": "web", "Check": {"TTL": "1h"}}))
        self.ask("PUT", "/v1/agent/check/register", json.dumps({"Name": "bound", "TTL": "1h", "ServiceID": "web"}))

        def intervals():
            return {one: (check["Interval"], check["Timeout"])
                    for one, check in json.loads(self.ask("GET", "/v1/agent/checks")[1]).items()}

        wanted = {"service:web": ("", ""), "bound": ("0s", "0s")}
        self.assertEqual(intervals(), wanted)
        self.one.end()
        self.one.start()
        self.assertEqual(eventually(intervals), wanted)

    def test_a_refused_body_carries_the_headers_of_every_answer(self):
        headers, _ = self.ask("PUT", "/v1/kv/big", "x" * 600000, status=413)
        self.assertEqual(headers["vary"], "Accept-Encoding")
        self.assertEqual(headers["x-consul-default-acl-policy"], "allow")

    def test_no_read_shows_an_older_index_than_one_before_it(self):
        def register(node, status, output):
            self.one.put("/v1/catalog/register", json.dumps(
                {"Node": node, "Address": "10.0.0.9", "Check": {"Name": "a", "Status": status, "Output": output}}))

        def hold(node):
            self.one.put("/v1/session/create", json.dumps({"Node": node, "NodeChecks": [], "LockDelay": "0s"}))

        def index(path):
            return int(self.one.request("GET", path)[1]["X-Consul-Index"])
        register("still", "critical", "")
        hold("still")
        for path in ("/v1/health/state/critical", "/v1/health/node/still", "/v1/session/node/still"):
            with self.subTest(path=path):
                first = index(path)
                hold("it") if "session" in path else register("moving", "passing", path)
                waited = index(f"{path}?index={first}&wait=200ms")
                self.assertGreaterEqual(index(path), waited)
                self.assertGreater(waited, first)
                # Nor does one that times out while unrelated things change.
                self.assertGreaterEqual(index(f"{path}?index={waited}&wait=100ms"), waited)

    def test_errors_of_keys_and_service_health_have_no_headers_of_a_read(self):
        for path in ["/v1/kv/a?dc=nowhere", "/v1/health/service/a?dc=nowhere", "/v1/health/service/a?filter=Nope==1"]:
            self.assertNotIn("x-consul-index", self.ask("GET", path, status=500)[0])
        self.assertEqual(self.ask("GET", "/v1/catalog/nodes?dc=nowhere", status=500)[0]["x-consul-index"], "1")


class Words(AgentTest):
    def test_an_event_that_is_too_large_is_refused_in_the_references_words(self):
        agent = self.agent().start()
        status, _, body = agent.request("PUT", "/v1/event/fire/deploy", "x" * 600)
        self.assertEqual((status, body.decode()), (500, "error broadcasting event: user event exceeds configured "
                                                        "limit of 512 bytes before encoding"))

    def test_the_raft_configuration_has_no_index(self):
        agent = self.agent().start()
        self.assertEqual(agent.get("/v1/operator/raft/configuration")["Index"], 0)


if __name__ == "__main__":
    unittest.main()
