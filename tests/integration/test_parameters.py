"""Each query parameter that an endpoint reads shows its effect. The list comes from the sources: a parameter without a
test is a failure."""

import base64
import glob
import http.client
import json
import os
import re
import unittest

from agent import ROOT, eventually
from settings_case import SettingsTest

SOURCES = os.path.join(ROOT, "frontends", "api")
MANAGEMENT = "11111111-2222-3333-4444-555555555555"
SHOWN = set()


def shows(*parameters):
    """Marks a test as the one for these parameters."""
    SHOWN.update(parameters)
    return lambda test: test


def read_by_endpoints():
    """@returns the names of all parameters that endpoints read."""
    found = set()
    for name in glob.glob(os.path.join(SOURCES, "**", "*.[ch]pp"), recursive=True):
        with open(name) as source:
            text = source.read()
        found.update(re.findall(r'query\.(?:has|find|get|all)\("([^"]+)"', text))
        found.update(re.findall(r'names\(req, "([^"]+)"\)', text))
        found.update(re.findall(r'\.when = "([^"]+)"', text))
    return found


# Parameters that the API description omits: the token, which is a security scheme, alternative spellings, and those
# that are rejected or ignored because they belong to Consul Enterprise or to the mesh.
UNDESCRIBED = {"token", "datacenter", "seperator", "sg", "sameness-group", "authmethod-ns", "ns", "partition",
               "merge-central-config"}


class Parameters(SettingsTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        from agent import Agent
        cls.one = Agent(node_meta={"rack": "7"}, encrypt=base64.b64encode(b"k" * 32).decode(), enable_debug=True,
                        telemetry={"prometheus_retention_time": "1m"}, log_level="debug",
                        services=[{"name": "web", "port": 80, "tags": ["v1"], "check": {"id": "c", "ttl": "1h"}}])
        cls.addClassCleanup(cls.one.close)
        cls.one.start()
        for number in (1, 2):
            cls.one.put("/v1/catalog/register", {
                "Node": f"n{number}", "Address": f"10.0.0.{number}", "NodeMeta": {"number": str(number)},
                "Service": {"ID": f"db{number}", "Service": "db", "Port": number, "Tags": [f"t{number}", "all"]},
                "Check": {"CheckID": f"db{number}", "Name": "db", "ServiceID": f"db{number}",
                          "Status": "passing" if number == 1 else "critical"}})
        for key in ("a/b/c", "a/b/d", "a/e"):
            cls.one.put(f"/v1/kv/{key}", key)
        eventually(lambda: cls.one.get("/v1/catalog/service/web"), 10, "the agent's service in the catalog")

    def ask(self, method, path, body=None, **more):
        return self.one.request(method, path, body, **more)

    def get(self, path):
        return self.one.get(path)

    def nodes(self, path):
        return [each["Node"] if isinstance(each["Node"], str) else each["Node"]["Node"] for each in self.get(path)]

    def refused(self, path, text, status=400, method="GET", body=None):
        found = self.ask(method, path, body)
        self.assertEqual((found[0], text in found[2].decode()), (status, True), found)

    # --- all routes

    def test_every_parameter_that_is_read_is_claimed_by_a_test(self):
        self.assertEqual(read_by_endpoints() - SHOWN, set())
        self.assertEqual(SHOWN - read_by_endpoints(), set())

    def described_paths(self):
        """@returns the operations of the API by path ("/v1/kv/{key}") and method ("get")."""
        return json.loads(self.ask("GET", "/v1/openapi.json")[2])["paths"]

    def test_the_description_of_the_api_has_each_parameter(self):
        described = {parameter["name"] for operations in self.described_paths().values()
                     for operation in operations.values() for parameter in operation["parameters"]
                     if parameter["in"] == "query"}
        self.assertEqual(described, read_by_endpoints() - UNDESCRIBED)

    @shows("pretty")
    def test_pretty(self):
        self.assertNotIn(b"\n    ", self.ask("GET", "/v1/catalog/nodes")[2])
        self.assertIn(b"\n    {\n        ", self.ask("GET", "/v1/catalog/nodes?pretty")[2])

    @shows("dc", "datacenter")
    def test_other_datacenters_are_not_reached_from_any_reading_route(self):
        for name in ("dc", "datacenter"):
            self.refused(f"/v1/catalog/nodes?{name}=elsewhere", "No path to datacenter", 500)
            self.assertEqual(self.ask("GET", f"/v1/catalog/nodes?{name}=dc1")[0], 200)
        rest = {"/v1/kv/": "a/e", "/v1/session/info/": MANAGEMENT, "/v1/acl/token/": MANAGEMENT}
        asked = 0
        for template, operations in self.described_paths().items():
            path = template.partition("{")[0]
            if "get" in operations and path.startswith(("/v1/catalog/", "/v1/health/", "/v1/kv/", "/v1/coordinate/",
                                                        "/v1/session/")):
                if path == "/v1/catalog/datacenters" or path == "/v1/coordinate/datacenters":
                    continue
                status, _, body = self.ask("GET", path + (rest.get(path, "x") if path != template else "")
                                           + "?dc=elsewhere")
                self.assertEqual((status, body), (500, b"No path to datacenter"), path)
                asked += 1
        self.assertGreater(asked, 15)

    @shows("ns", "partition")
    def test_namespaces_and_partitions(self):
        self.refused("/v1/kv/a?ns=x", 'Invalid query parameter: "ns"')
        self.refused("/v1/catalog/nodes?partition=x", 'Invalid query parameter: "partition"')

    @shows("index", "wait", "hash")
    def test_blocking(self):
        index = self.ask("GET", "/v1/kv/a/e")[1]["X-Consul-Index"]
        self.assertEqual(self.ask("GET", f"/v1/kv/a/e?index={index}&wait=50ms")[0], 200)
        self.refused("/v1/kv/a/e?index=x", "Invalid index")
        self.refused("/v1/kv/a/e?index=1&wait=x", "Invalid wait time")
        known = self.ask("GET", "/v1/agent/service/web")[1]["X-Consul-ContentHash"]
        self.assertEqual(self.ask("GET", f"/v1/agent/service/web?hash={known}&wait=50ms")[1]["X-Consul-ContentHash"], known)
        self.assertEqual(self.ask("GET", "/v1/agent/service/web?hash=other")[0], 200)

    @shows("stale", "consistent", "leader", "max_stale", "cached")
    def test_consistency(self):
        mode = lambda parameter: self.ask("GET", f"/v1/catalog/nodes?{parameter}")[1]["X-Consul-Effective-Consistency"]
        self.assertEqual([mode(p) for p in ("stale", "consistent", "leader", "max_stale=1s", "max_stale=0s")],
                         ["stale", "consistent", "leader", "stale", "leader"])
        self.assertIn("X-Cache", self.ask("GET", "/v1/catalog/services?cached")[1])
        self.refused("/v1/catalog/nodes?cached&consistent", "Cannot specify ?cached with ?consistent")
        self.refused("/v1/catalog/nodes?max_stale=x", "Invalid max_stale value")

    # --- catalog and health

    @shows("filter", "near", "node-meta", "tag", "passing", "merge-central-config")
    def test_choices_from_the_catalog(self):
        self.assertEqual(self.nodes("/v1/catalog/nodes?filter=Node==n2"), ["n2"])
        self.assertEqual(self.nodes("/v1/catalog/nodes?node-meta=number:1"), ["n1"])
        self.assertEqual(self.nodes("/v1/catalog/service/db?tag=t2&tag=all"), ["n2"])
        self.assertEqual(self.nodes("/v1/health/service/db?passing"), ["n1"])
        self.refused("/v1/health/service/db?passing=maybe", "Invalid value for ?passing")
        self.assertEqual(list(self.get("/v1/agent/checks?filter=CheckID==c")), ["c"])
        self.refused("/v1/catalog/nodes?filter=(", "Failed to create boolean expression evaluator", 500)
        # There is no central configuration to merge; only the form of the answer changes.
        backend = lambda more: self.ask("GET", f"/v1/health/service/db?cached{more}")[1]["X-Consul-Query-Backend"]
        self.assertEqual((backend(""), backend("&merge-central-config")), ("streaming", "blocking-query"))
        far = {"Node": "n1", "Coord": {"Vec": [1.0] * 8, "Error": 1.5, "Adjustment": 0, "Height": 1e-05}}
        self.one.put("/v1/coordinate/update", dict(far, Node="n2", Coord=dict(far["Coord"], Vec=[0.001] * 8)))
        self.one.put("/v1/coordinate/update", far)
        eventually(lambda: self.nodes("/v1/catalog/service/db?near=it") == ["n2", "n1"] and
                   self.nodes("/v1/catalog/service/db?near=n1") == ["n1", "n2"], 60, "the order by distance")

    @shows("peer", "sg", "sameness-group")
    def test_other_clusters(self):
        self.assertEqual(self.get("/v1/health/service/db?peer=nobody"), [])
        for name in ("sg", "sameness-group"):
            self.refused(f"/v1/health/service/db?{name}=x", "sameness groups are not supported", 500)
            self.refused(f"/v1/health/service/db?{name}=x&peer=y", "mutually exclusive")

    # --- keys and sessions

    @shows("keys", "separator", "seperator", "recurse", "raw", "flags", "cas", "acquire", "release")
    def test_keys(self):
        self.assertEqual(self.get("/v1/kv/a?keys"), ["a/b/c", "a/b/d", "a/e"])
        for name in ("separator", "seperator"):
            self.assertEqual(self.get(f"/v1/kv/a/?keys&{name}=/"), ["a/b/", "a/e"])
        self.assertEqual(len(self.get("/v1/kv/a?recurse")), 3)
        self.assertEqual(self.ask("GET", "/v1/kv/a/e?raw")[2], b"a/e")
        self.one.put("/v1/kv/flagged?flags=42", "x")
        [kept] = self.get("/v1/kv/flagged")
        self.assertEqual(kept["Flags"], 42)
        self.assertEqual(self.one.put(f"/v1/kv/flagged?cas={kept['ModifyIndex'] - 1}", "y"), b"false")
        self.assertEqual(self.one.put(f"/v1/kv/flagged?cas={kept['ModifyIndex']}", "y"), b"true")
        session = json.loads(self.one.put("/v1/session/create"))["ID"]
        self.assertEqual(self.one.put(f"/v1/kv/held?acquire={session}", "x"), b"true")
        self.assertEqual(self.get("/v1/kv/held")[0]["Session"], session)
        self.assertEqual(self.one.put(f"/v1/kv/held?release={session}", "x"), b"true")
        self.assertNotIn("Session", self.get("/v1/kv/held")[0])
        self.assertEqual(self.ask("DELETE", "/v1/kv/held?cas=1")[2], b"false")
        self.assertEqual(self.ask("DELETE", "/v1/kv/held?recurse")[2], b"true")

    # --- the agent

    @shows("enable", "reason", "note", "replace-existing-checks")
    def test_the_agents_own_services_and_checks(self):
        self.refused("/v1/agent/maintenance", "Missing value for enable", method="PUT")
        self.one.put("/v1/agent/maintenance?enable=true&reason=works")
        self.assertEqual(self.get("/v1/agent/checks")["_node_maintenance"]["Notes"], "works")
        self.one.put("/v1/agent/maintenance?enable=false")
        self.one.put("/v1/agent/service/maintenance/web?enable=true&reason=here")
        self.assertEqual(self.get("/v1/agent/checks")["_service_maintenance:web"]["Notes"], "here")
        self.one.put("/v1/agent/service/maintenance/web?enable=false")
        for way, status in (("pass", "passing"), ("warn", "warning"), ("fail", "critical")):
            self.one.put(f"/v1/agent/check/{way}/c?note=said-{way}")
            check = self.get("/v1/agent/checks")["c"]
            self.assertEqual((check["Status"], check["Output"]), (status, f"said-{way}"))
        many = {"Name": "api", "Checks": [{"CheckID": "one", "TTL": "1h"}, {"CheckID": "two", "TTL": "1h"}]}
        few = {"Name": "api", "Checks": [{"CheckID": "one", "TTL": "1h"}]}
        checks = lambda: {c for c in self.get("/v1/agent/checks") if c in ("one", "two")}
        self.one.put("/v1/agent/service/register", many)
        self.one.put("/v1/agent/service/register", few)
        self.assertEqual(checks(), {"one", "two"})
        self.one.put("/v1/agent/service/register?replace-existing-checks", few)
        self.assertEqual(checks(), {"one"})
        self.one.put("/v1/agent/service/deregister/api")

    @shows("format")
    def test_forms_of_answers(self):
        status, headers, body = self.ask("GET", "/v1/agent/health/service/name/web?format=text")
        self.assertEqual((headers["Content-Type"].split(";")[0], body in (b"passing", b"critical", b"warning")),
                         ("text/plain", True), body)
        self.assertIn(b"# TYPE", self.ask("GET", "/v1/agent/metrics?format=prometheus")[2])

    @shows("loglevel", "logjson", "seconds")
    def test_streams_and_profiles(self):
        def first_line(path):
            connection = http.client.HTTPConnection("127.0.0.1", self.one.ports["http"], timeout=10)
            self.addCleanup(connection.close)
            connection.request("GET", path)
            answer = connection.getresponse()
            self.ask("GET", "/v1/status/leader")
            return answer.status, answer.readline()
        self.assertIn(b"[DEBUG]", first_line("/v1/agent/monitor?loglevel=debug")[1])
        self.assertIn("@message", json.loads(first_line("/v1/agent/monitor?loglevel=debug&logjson")[1]))
        self.assertEqual(self.ask("GET", "/v1/agent/monitor?loglevel=loud")[0], 400)
        # The default of 30 seconds would be too long for this client.
        self.assertEqual(self.ask("GET", "/debug/pprof/profile?seconds=0.1", timeout=20)[0], 200)
        self.refused("/debug/pprof/profile?seconds=6000", "a profile of more than 10m0s is not taken")

    # --- members

    @shows("wan", "segment", "prune", "address", "id")
    def test_members_and_servers(self):
        names = lambda path: [m["Name"] for m in self.get(path)]
        self.assertEqual((names("/v1/agent/members"), names("/v1/agent/members?wan=1")), (["it"], ["it.dc1"]))
        self.refused("/v1/agent/members?segment=x", "Network segments are not supported", 500)
        self.refused("/v1/agent/join/127.0.0.1:1?wan=1", "error", 500, "PUT")
        self.refused("/v1/agent/force-leave/nobody?prune", "No node found with name 'nobody'", 500, "PUT")
        self.refused("/v1/operator/raft/peer?address=10.9.9.9:1", 'address "10.9.9.9:1" was not found', 500, "DELETE")
        self.refused("/v1/operator/raft/peer?id=x", 'id "x" was not found', 500, "DELETE")
        self.refused("/v1/operator/raft/peer?id=x&address=y", "Must specify only one", method="DELETE")
        self.refused("/v1/operator/raft/transfer-leader?id=x", "Could not find address for server id x", 500, "POST")

    def test_a_pruned_member_is_gone(self):
        first = self.start(node_name="first")
        second = self.client_of(first, node_name="second")
        third = self.client_of(first, node_name="third")
        for one in (second, third):
            one.kill()
        first.put("/v1/agent/force-leave/second?prune")
        first.put("/v1/agent/force-leave/third")
        eventually(lambda: first.statuses().get("third") == 3 and "second" not in first.statuses(), 20, "the forced leaves")

    @shows("name", "node", "service")
    def test_events(self):
        for parameter in ("node=elsewhere", "service=elsewhere", "service=web&tag=other", "node=it", "service=web&tag=v1"):
            self.one.put("/v1/event/fire/" + re.sub(r"\W", "-", parameter) + "?" + parameter)
        self.one.put("/v1/event/fire/last")
        eventually(lambda: self.get("/v1/event/list?name=last"), 10, "the last event")
        self.assertEqual({e["Name"] for e in self.get("/v1/event/list")}, {"node-it", "service-web-tag-v1", "last"})
        self.assertEqual(self.get("/v1/event/list?name=nothing"), [])

    @shows("local-only", "relay-factor")
    def test_keys_of_gossip(self):
        pools = self.get("/v1/operator/keyring?local-only=true&relay-factor=2")
        self.assertEqual([pool["NumNodes"] for pool in pools], [1] * len(pools))
        self.refused("/v1/operator/keyring?relay-factor=6", "Relay factor must be in range: [0, 5]")
        self.refused("/v1/operator/keyring?relay-factor=x", "Error parsing relay factor")
        self.refused("/v1/operator/keyring?local-only=x", "Error parsing local-only")
        self.refused("/v1/operator/keyring?local-only=true", "only be set for list requests", method="DELETE",
                     body={"Key": "x"})

    # --- the mesh

    @shows("pem")
    def test_root_certificates_as_text(self):
        eventually(lambda: self.get("/v1/connect/ca/roots")["Roots"], 20, "a root")
        self.assertTrue(self.ask("GET", "/v1/connect/ca/roots?pem=true")[2].startswith(b"-----BEGIN CERTIFICATE-----"))
        self.refused("/v1/connect/ca/roots?pem=maybe", "must be a boolean")


class AccessParameters(SettingsTest):
    @shows("token", "policy", "role", "servicename", "authmethod", "authmethod-ns", "expanded")
    def test_tokens(self):
        one = self.agent(acl={"enabled": True, "default_policy": "deny",
                              "tokens": {"initial_management": MANAGEMENT, "agent": MANAGEMENT}}).start(ready=False)

        def ask(method, path, body=None):
            return one.request(method, f"{path}{'&' if '?' in path else '?'}token={MANAGEMENT}", body)

        def ready():
            answer = one.try_request("PUT", f"/v1/kv/a?token={MANAGEMENT}", "b")
            return answer and answer[0] == 200
        eventually(ready, 30, "the agent's readiness")
        self.assertEqual(one.request("GET", "/v1/kv/a")[0], 403)
        make = lambda path, body: json.loads(ask("PUT", path, body)[2])
        policy = make("/v1/acl/policy", {"Name": "p", "Rules": 'key "a" { policy = "read" }'})["ID"]
        role = make("/v1/acl/role", {"Name": "r", "Policies": [{"ID": policy}]})["ID"]
        tokens = {"policy": make("/v1/acl/token", {"Policies": [{"ID": policy}]})["AccessorID"],
                  "role": make("/v1/acl/token", {"Roles": [{"ID": role}]})["AccessorID"],
                  "servicename": make("/v1/acl/token", {"ServiceIdentities": [{"ServiceName": "web"}]})["AccessorID"]}
        found = lambda query: {t["AccessorID"] for t in json.loads(ask("GET", f"/v1/acl/tokens?{query}")[2]) or []}
        for parameter, value in (("policy", policy), ("role", role), ("servicename", "web")):
            self.assertEqual(found(f"{parameter}={value}"), {tokens[parameter]}, parameter)
        self.assertEqual(found("authmethod=nobody"), set())
        self.assertEqual(ask("GET", "/v1/acl/tokens?authmethod-ns=x")[0], 400)
        self.assertEqual([r["ID"] for r in json.loads(ask("GET", f"/v1/acl/roles?policy={policy}")[2])], [role])
        shown = json.loads(ask("GET", f"/v1/acl/token/{tokens['role']}?expanded")[2])
        self.assertIn("p", [p["Name"] for p in shown["ExpandedPolicies"]])
        self.assertNotIn("ExpandedPolicies", json.loads(ask("GET", f"/v1/acl/token/{tokens['role']}")[2]))


if __name__ == "__main__":
    unittest.main()
