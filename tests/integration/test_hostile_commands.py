"""Clients' input becomes a log command only if every server can apply it, and the log stays readable."""

import json
import unittest

from agent import Agent, AgentTest


class HostileCommands(AgentTest):
    def setUp(self):
        self.one = self.agent().start()

    def refused(self, path, body, *parts, status=400):
        got, _, answer = self.one.request("PUT", path, body)
        self.assertEqual(got, status, answer)
        for part in parts:
            self.assertIn(part, answer.decode())

    def test_registrations_out_of_range_are_refused_by_name(self):
        node = {"Node": "n", "Address": "1.1.1.1"}
        self.refused("/v1/catalog/register", dict(node, Service={"Service": "web", "Port": 70000}),
                     "Service.Port: 70000 is no port")
        self.refused("/v1/catalog/register", dict(node, Service={"Service": "a\0b"}),
                     'Invalid Service "a\\x00b": control characters are not allowed')
        self.refused("/v1/catalog/register", dict(node, Node="a\nb"),
                     'Invalid Node "a\\nb": control characters are not allowed')
        self.refused("/v1/catalog/register", dict(node, Service={"Service": "w" * 2000}), "limit of names")
        self.assertEqual(self.one.get("/v1/catalog/node/n"), None)

    def test_transactions_with_unknown_verbs_keep_their_answer(self):
        for kind, record in [("Node", {"Node": {"Node": "n"}}), ("Service", {"Node": "n", "Service": {"Service": "s"}}),
                             ("Check", {"Check": {"Node": "n", "CheckID": "c"}})]:
            with self.subTest(kind=kind):
                self.refused("/v1/txn", [{kind: dict(record, Verb="steal")}],
                             f"unknown {kind.lower()} operation: steal", status=409)
        self.refused("/v1/txn", [{"Node": {"Verb": "set", "Node": {"Node": "a\0b", "Address": "1.1.1.1"}}}],
                     'Operation 0: Invalid Node "a\\x00b": control characters are not allowed')
        self.refused("/v1/txn", [{"KV": {"Verb": "set", "Key": "k" * 20000, "Value": ""}}], "Key: longer")

    def test_keys_hold_any_byte_and_survive_a_restart(self):
        self.one.put("/v1/txn", json.dumps([{"KV": {"Verb": "set", "Key": "a\0b\n", "Value": "eA=="}}]))
        self.one.kill()
        self.one.start()
        read = json.loads(self.one.put("/v1/txn", json.dumps([{"KV": {"Verb": "get", "Key": "a\0b\n"}}])))
        self.assertEqual(read["Results"][0]["KV"]["Value"], "eA==")


if __name__ == "__main__":
    unittest.main()
