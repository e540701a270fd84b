"""Each ACL setting shows its effect."""

import json
import unittest

from agent import Agent, eventually
from settings_case import SettingsTest

ROOT = "11111111-2222-3333-4444-555555555555"


class AccessSettings(SettingsTest):
    def guarded(self, tokens=None, **acl):
        """A server with default deny, which requires tokens."""
        one = self.agent(acl={"enabled": True, "default_policy": "deny",
                              "tokens": {"initial_management": ROOT, "agent": ROOT, **(tokens or {})}, **acl})
        self.start_guarded(one)
        return one

    def start_guarded(self, one):
        one.start(ready=False)

        def ready():
            answer = self.as_root(one, "GET", f"/v1/catalog/node/{one.config['node_name']}")
            return answer and answer[0] == 200 and json.loads(answer[2])
        eventually(ready, 30, "the agent's readiness")

    def as_root(self, one, method, path, body=None, token=ROOT):
        try:
            return one.request(method, path, body, headers={"X-Consul-Token": token} if token else {})
        except OSError:
            return None

    def make(self, one, path, body):
        status, _, answer = self.as_root(one, "PUT", path, body)
        self.assertEqual(status, 200, answer)
        return json.loads(answer)

    def token(self, one, rules, name, **more):
        self.make(one, "/v1/acl/policy", {"Name": name, "Rules": rules})
        return self.make(one, "/v1/acl/token", {"Policies": [{"Name": name}], **more})["SecretID"]

    def test_who_has_no_token_may_what_the_default_says(self):
        one = self.guarded()
        status, headers, _ = self.as_root(one, "GET", "/v1/kv/a", token=None)
        self.assertEqual((status, headers["X-Consul-Default-ACL-Policy"]), (403, "deny"))
        self.assertIn("Unsupported default ACL policy: maybe", self.refused(acl={"enabled": True, "default_policy": "maybe"}))
        self.assertIn("Unsupported down ACL policy: maybe", self.refused(acl={"enabled": True, "down_policy": "maybe"}))

    def test_whole_trees_may_need_a_permission_of_their_own(self):
        for wanted, status in ((False, 200), (True, 403)):
            one = self.guarded(enable_key_list_policy=wanted)
            secret = self.token(one, 'key_prefix "a/" { policy = "read" }', "reader")
            self.as_root(one, "PUT", "/v1/kv/a/b", "c")
            self.assertEqual(self.as_root(one, "GET", "/v1/kv/a/?recurse", token=secret)[0], status)
            self.assertEqual(self.as_root(one, "GET", "/v1/kv/a/b", token=secret)[0], 200)

    def test_services_of_files_carry_the_token_for_files(self):
        """The agent's own token may not write the service, which is registered with the token for files."""
        one = self.guarded()
        agent = self.token(one, 'node_prefix "" { policy = "write" }', "agent")
        files = self.token(one, 'service_prefix "" { policy = "write" }', "files")
        # The agent's own service needs a permission too: the agent's token registers nothing else.
        one.config["services"] = [{"name": "web", "port": 1}]
        one.config["acl"]["tokens"].update(default=agent, agent=agent)
        one.write_config()
        self.as_root(one, "PUT", "/v1/agent/reload")
        eventually(lambda: "Coordinate" not in one.output() and "web" in json.loads(
            self.as_root(one, "GET", "/v1/agent/services")[2]), 10, "the service at the agent")
        self.assertEqual(json.loads(self.as_root(one, "GET", "/v1/catalog/service/web")[2]), [])
        one.config["acl"]["tokens"]["config_file_service_registration"] = files
        one.write_config()
        self.as_root(one, "PUT", "/v1/agent/reload")
        eventually(lambda: json.loads(self.as_root(one, "GET", "/v1/catalog/service/web")[2]), 20, "the service")

    def test_services_and_checks_carry_their_own_tokens(self):
        one = self.guarded()
        agent = self.token(one, 'node "other" { policy = "write" }', "agent")
        own = self.token(one, 'service "web" { policy = "write" }', "web")
        node = self.token(one, 'node_prefix "" { policy = "write" }', "node")
        one.config["acl"]["tokens"].update(default=agent, agent=agent)
        one.config["services"] = [{"name": "web", "token": own}, {"name": "other"}]
        one.config["checks"] = [{"id": "with", "name": "c", "ttl": "1h", "token": node}, {"id": "without", "name": "c", "ttl": "1h"}]
        one.write_config()
        self.as_root(one, "PUT", "/v1/agent/reload")
        catalog = lambda path: json.loads(self.as_root(one, "GET", path)[2])
        checks = lambda: {c["CheckID"] for c in catalog("/v1/health/node/it")}
        eventually(lambda: catalog("/v1/catalog/service/web") and "with" in checks(), 20, "what has a token of its own")
        self.assertEqual(catalog("/v1/catalog/service/other"), [])
        self.assertNotIn("without", checks())

    def test_who_asks_without_a_token_has_the_default_one(self):
        one = self.guarded()
        one.config["acl"]["tokens"]["default"] = self.token(one, 'key "a" { policy = "write" }', "writer")
        one.write_config()
        self.as_root(one, "PUT", "/v1/agent/reload")
        eventually(lambda: self.as_root(one, "PUT", "/v1/kv/a", "b", token=None)[0] == 200, 10, "the permission")
        self.assertEqual(self.as_root(one, "PUT", "/v1/kv/other", "b", token=None)[0], 403)

    def test_what_a_client_agent_knows_of_a_role_grows_old(self):
        """Token and policies are cached for an hour, roles for a shorter time."""
        server = self.guarded()
        self.make(server, "/v1/acl/policy", {"Name": "readers", "Rules": 'agent_prefix "" { policy = "read" }'})
        role = self.make(server, "/v1/acl/role", {"Name": "readers", "Policies": [{"Name": "readers"}]})
        secret = self.make(server, "/v1/acl/token", {"Roles": [{"Name": "readers"}]})["SecretID"]
        client = self.agent(node_name="client", server=False, bootstrap=False,
                            retry_join=[f"127.0.0.1:{server.ports['serf_lan']}"],
                            acl={"enabled": True, "default_policy": "deny", "token_ttl": "1h", "policy_ttl": "1h",
                                 "role_ttl": "200ms", "tokens": {"agent": ROOT}})
        self.start_guarded(client)
        asks = lambda: self.as_root(client, "GET", "/v1/agent/metrics", token=secret)[0]
        self.assertEqual(asks(), 200)
        self.make(server, f"/v1/acl/role/{role['ID']}", {"ID": role["ID"], "Name": "readers", "Policies": []})
        eventually(lambda: asks() == 403, 20, "the end of the permission")

    def test_without_servers_a_client_agent_decides_by_itself(self):
        for policy, status in (("allow", 200), ("deny", 403)):
            server = self.guarded()
            client = self.agent(node_name="client", server=False, bootstrap=False,
                                retry_join=[f"127.0.0.1:{server.ports['serf_lan']}"],
                                performance={"rpc_hold_timeout": "100ms"},
                                acl={"enabled": True, "default_policy": "deny", "down_policy": policy, "token_ttl": "10ms",
                                     "policy_ttl": "10ms", "tokens": {"agent": ROOT}})
            self.start_guarded(client)
            server.kill()
            unknown = "99999999-8888-7777-6666-555555555555"
            eventually(lambda: self.as_root(client, "GET", "/v1/agent/metrics", token=unknown)[0] == status, 30,
                       f"the decision of {policy}")


if __name__ == "__main__":
    unittest.main()
