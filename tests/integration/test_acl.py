"""Access control with default deny: a server, a client agent, and tokens that allow little."""

import json
import os
import subprocess
import threading
import time
import unittest

from agent import Agent, AgentTest, eventually

ROOT = "11111111-2222-3333-4444-555555555555"


class GuardedAgent(Agent):
    """An agent whose requests carry a token unless they say otherwise."""

    def __init__(self, token=ROOT, **config):
        self.token = token
        acl = {"enabled": True, "default_policy": "deny", "token_ttl": "1s", "policy_ttl": "1s",
               "tokens": {"agent": ROOT}}
        acl.update(config.pop("acl", {}))
        super().__init__(acl=acl, **config)

    def request(self, method, path, body=None, timeout=10, headers=None, token=None):
        headers = dict(headers or {})
        token = self.token if token is None else token
        if token:
            headers["X-Consul-Token"] = token
        return super().request(method, path, body, timeout, headers)

    def status(self, method, path, token, body=None):
        return self.request(method, path, body, token=token)[0]

    def dig(self, name, kind="SRV"):
        return subprocess.run(["dig", "+short", "+time=2", "+tries=2", "@127.0.0.1", "-p", str(self.ports["dns"]), name,
                               kind], capture_output=True, text=True, check=True).stdout.strip()


class AccessControl(AgentTest):
    def guarded(self, **config):
        one = GuardedAgent(**config)
        self.addCleanup(one.close)
        self.addCleanup(self.show_output, one)
        return one

    def start_server(self, **acl):
        acl.setdefault("tokens", {"initial_management": ROOT, "agent": ROOT})
        self.server = self.guarded(node_name="one", acl=acl).start()
        return self.server

    def start_client(self, **acl):
        self.client = self.guarded(node_name="two", server=False, bootstrap=False, acl=acl,
                                   retry_join=[f"127.0.0.1:{self.server.ports['serf_lan']}"]).start()
        return self.client

    def make_token(self, rules, name):
        """@returns (secret, accessor) of a token with a policy of these rules."""
        self.server.put("/v1/acl/policy", json.dumps({"Name": name, "Rules": rules}))
        made = json.loads(self.server.put("/v1/acl/token", json.dumps({"Policies": [{"Name": name}]})))
        return made["SecretID"], made["AccessorID"]

    def test_nobody_is_let_in_without_a_token(self):
        server = self.start_server()
        for method, path in (("GET", "/v1/kv/a"), ("PUT", "/v1/kv/a"), ("GET", "/v1/agent/self"), ("GET", "/v1/snapshot"),
                             ("GET", "/v1/acl/tokens"), ("PUT", "/v1/agent/reload"), ("GET", "/v1/operator/usage"),
                             ("PUT", "/v1/catalog/register")):
            body = json.dumps({"Node": "n", "Address": "1.1.1.1"}) if "register" in path else None
            status, _, text = server.request(method, path, body, token="")
            self.assertEqual(status, 403, (path, text))
            self.assertIn(b"Permission denied: anonymous token lacks permission", text)
        self.assertEqual(server.request("GET", "/v1/kv/a", token="")[2],
                         b"Permission denied: anonymous token lacks permission 'key:read' on \"a\". The anonymous token "
                         b"is used implicitly when a request does not specify a token.")
        self.assertEqual(server.request("GET", "/v1/kv/a", token="nobody's")[::2], (403, b"ACL not found"))
        self.assertEqual(server.request("GET", "/v1/kv/a", token="manage")[::2], (500, b"Cannot resolve root ACL"))
        for path, empty in (("/v1/catalog/nodes", b"[]"), ("/v1/catalog/services", b"{}"), ("/v1/agent/members", b"[]"),
                            ("/v1/agent/services", b"{}"), ("/v1/session/list", b"[]")):
            self.assertEqual(server.request("GET", path, token="")[::2], (200, empty), path)
        for path in ("/v1/status/leader", "/v1/catalog/datacenters", "/v1/agent/version", "/v1/connect/ca/roots"):
            self.assertEqual(server.status("GET", path, "nobody's"), 200, path)

    def test_a_token_may_do_what_its_policy_says_until_that_changes(self):
        server = self.start_server()
        secret, accessor = self.make_token('key_prefix "app/" { policy = "write" }', "app")
        self.assertEqual(server.status("PUT", "/v1/kv/app/x", secret, "1"), 200)
        self.assertEqual(server.status("PUT", "/v1/kv/other", secret, "1"), 403)
        self.assertEqual(server.status("GET", "/v1/kv/app/x", secret), 200)
        server.put("/v1/kv/hidden", "1")
        status, headers, body = server.request("GET", "/v1/kv/?keys", token=secret)
        self.assertEqual((status, body), (200, b'["app/x"]'))
        self.assertEqual(headers["X-Consul-Results-Filtered-By-ACLs"], "true")
        policy = server.get("/v1/acl/policy/name/app")
        policy["Rules"] = 'key_prefix "app/" { policy = "read" }'
        server.put("/v1/acl/policy/" + policy["ID"], json.dumps(policy))
        self.assertEqual(server.status("PUT", "/v1/kv/app/x", secret, "2"), 403)
        self.assertEqual(server.status("GET", "/v1/kv/app/x", secret), 200)
        self.assertEqual(server.status("DELETE", "/v1/acl/token/" + accessor, ROOT), 200)
        self.assertEqual(server.request("GET", "/v1/kv/app/x", token=secret)[::2], (403, b"ACL not found"))

    def test_who_waits_with_a_token_that_is_taken_away_is_told_nothing_more(self):
        server = self.start_server()
        secret, accessor = self.make_token('key_prefix "" { policy = "read" }', "reader")
        server.put("/v1/kv/a/x", "1")
        index = server.request("GET", "/v1/kv/a/?recurse", token=secret)[1]["X-Consul-Index"]
        answers = []
        waiting = threading.Thread(target=lambda: answers.append(
            server.request("GET", f"/v1/kv/a/?recurse&index={index}&wait=20s", timeout=30, token=secret)))
        waiting.start()
        server.request("DELETE", "/v1/acl/token/" + accessor)
        server.put("/v1/kv/a/y", "2")
        waiting.join(30)
        self.assertEqual(answers[0][::2], (403, b"ACL not found"))

    def test_a_client_agent_enforces_and_carries_tokens(self):
        self.start_server()
        client = self.start_client()
        secret, _ = self.make_token('service "web" { policy = "write" }', "web")
        web = {"Name": "web", "Port": 80}
        self.assertEqual(client.status("PUT", "/v1/agent/service/register", "", json.dumps(web)), 403)
        self.assertEqual(client.status("PUT", "/v1/agent/service/register", secret, json.dumps({"Name": "db"})), 403)
        self.assertEqual(client.status("PUT", "/v1/agent/service/register", secret, json.dumps(web)), 200)
        eventually(lambda: self.server.get("/v1/catalog/service/web"), 15, "the service in the catalog")
        node = self.server.get("/v1/catalog/node/two")["Node"]
        self.assertEqual(node["Meta"]["consul-version"], "1.19.2")
        self.assertEqual(client.request("GET", "/v1/catalog/service/web", token="")[::2], (200, b"[]"))
        self.assertEqual(client.status("PUT", "/v1/kv/x", "", "1"), 403)
        self.assertEqual(client.status("PUT", "/v1/kv/x", ROOT, "1"), 200)
        self.assertEqual(client.request("GET", "/v1/agent/self", token="nobody's")[::2], (403, b"ACL not found"))
        # Without a token the agent's own is used once it has one.
        self.assertEqual(client.status("PUT", "/v1/agent/token/default", ROOT, json.dumps({"Token": ROOT})), 200)
        self.assertEqual(len(json.loads(client.request("GET", "/v1/catalog/service/web", token="")[2])), 1)

    def test_a_service_whose_token_is_gone_stays_out_of_the_catalog(self):
        self.start_server()
        client = self.start_client()
        secret, accessor = self.make_token('service_prefix "" { policy = "write" }', "all")
        self.server.request("DELETE", "/v1/acl/token/" + accessor)
        body = {"Name": "late", "Token": secret}
        self.assertEqual(client.status("PUT", "/v1/agent/service/register", ROOT, json.dumps(body)), 200)
        eventually(lambda: "Service registration blocked by ACLs" in client.output(), 15, "the refusal")
        self.assertEqual(self.server.get("/v1/catalog/service/late"), [])

    def test_dns_sees_with_the_token_for_dns(self):
        server = self.start_server()
        client = self.start_client()
        server.put("/v1/catalog/register", json.dumps(
            {"Node": "n", "Address": "10.0.0.9", "Service": {"Service": "web", "Port": 80}}))
        for agent in (server, client):
            self.assertEqual(agent.dig("web.service.consul"), "")
        secret, _ = self.make_token('service_prefix "" { policy = "read" } node_prefix "" { policy = "read" }', "dns")
        for agent in (server, client):
            agent.put("/v1/agent/token/dns", json.dumps({"Token": secret}))
            eventually(lambda: "80" in agent.dig("web.service.consul"), 10, "the service by DNS")

    def test_a_client_agent_goes_by_what_it_knows_while_no_server_answers(self):
        self.start_server()
        client = self.start_client(tokens={"agent": ROOT, "agent_recovery": "recovery"})
        secret, _ = self.make_token('agent_prefix "" { policy = "read" }', "known")
        self.assertEqual(client.status("GET", "/v1/agent/self", secret), 200)
        self.server.kill()
        time.sleep(1.5)
        self.assertEqual(client.request("GET", "/v1/agent/self", token=secret, timeout=60)[0], 200)
        status, _, body = client.request("GET", "/v1/agent/self", token="never seen", timeout=60)
        self.assertEqual(status, 403, body)
        self.assertEqual(client.status("GET", "/v1/agent/self", "recovery"), 200)
        self.assertEqual(client.status("PUT", "/v1/agent/reload", "recovery"), 200)

    def test_tokens_that_were_set_are_kept_if_that_is_wanted(self):
        server = self.start_server(enable_token_persistence=True)
        server.put("/v1/agent/token/default", json.dumps({"Token": ROOT}))
        with open(os.path.join(server.data_dir, "acl-tokens.json")) as file:
            self.assertEqual(json.load(file), {"default": ROOT})
        self.assertEqual(os.stat(file.name).st_mode & 0o777, 0o600)
        server.end()
        server.start()
        self.assertEqual(server.status("GET", "/v1/agent/self", ""), 200)

    def test_the_first_token_is_made_once_and_again_after_a_reset(self):
        server = self.guarded(acl={"tokens": {}}, token="").start(ready=False)
        def bootstrap():
            return server.request("PUT", "/v1/acl/bootstrap")
        def has_leader():
            try:
                return server.request("GET", "/v1/status/leader")[2] not in (b'""', b"")
            except OSError:
                return False
        eventually(has_leader, 20, "a leader")
        self.assertEqual(server.request("GET", "/v1/kv/a", token="x")[2],
                         b"ACL system must be bootstrapped before making any requests that require authorization: "
                         b"ACL not found")
        status, _, body = eventually(lambda: (answer := bootstrap())[0] == 200 and answer, 10, "the first token")
        self.assertEqual(status, 200, body)
        first = json.loads(body)
        self.assertEqual(first["ID"], first["SecretID"])
        status, _, text = bootstrap()
        self.assertEqual(status, 403)
        index = text.decode().split("reset index: ")[1].rstrip(")")
        with open(os.path.join(server.data_dir, "acl-bootstrap-reset"), "w") as file:
            file.write(index)
        self.assertEqual(bootstrap()[0], 200)
        self.assertFalse(os.path.exists(file.name))
        self.assertEqual(server.status("GET", "/v1/acl/tokens", first["SecretID"]), 200)

    def test_tokens_hold_on_every_server_and_outlast_the_leader(self):
        tokens = {"initial_management": ROOT, "agent": ROOT}
        servers = []
        for name in ("one", "two", "three"):
            join = [f"127.0.0.1:{one.ports['serf_lan']}" for one in servers]
            servers.append(self.guarded(node_name=name, bootstrap=False, bootstrap_expect=3, retry_join=join,
                                        acl={"tokens": tokens}).start(ready=False))
        for one in servers:
            one.wait_ready()
        self.server = servers[0]
        secret, accessor = self.make_token('key_prefix "app/" { policy = "write" }', "app")

        def status_everywhere(method, path, token, living, body=None):
            return {one.status(method, path, token, body) for one in living}
        eventually(lambda: status_everywhere("PUT", "/v1/kv/app/x", secret, servers, "1") == {200}, 10, "the token")
        self.assertEqual(status_everywhere("GET", "/v1/kv/app/x?stale", secret, servers), {200})
        self.assertEqual(status_everywhere("PUT", "/v1/kv/x", secret, servers, "1"), {403})
        self.assertEqual(status_everywhere("GET", "/v1/kv/app/x?stale", "nobody's", servers), {403})
        leader = servers[0].get("/v1/status/leader")
        lost = next(one for one in servers if leader.endswith(":" + str(one.ports["server"])))
        lost.kill()
        living = [one for one in servers if one is not lost]
        eventually(lambda: status_everywhere("PUT", "/v1/kv/app/x", secret, living, "2") == {200}, 20, "another leader")
        self.assertEqual(status_everywhere("PUT", "/v1/kv/x", secret, living, "1"), {403})
        living[0].request("DELETE", "/v1/acl/token/" + accessor)
        eventually(lambda: status_everywhere("GET", "/v1/kv/app/x?stale", secret, living) == {403}, 10, "the end")

    def cli(self, *arguments, code=0):
        """@returns what the command printed to both streams."""
        where = [f"-http-addr=127.0.0.1:{self.server.ports['http']}", f"-token={ROOT}"]
        words = list(arguments)
        flags = next((i for i, word in enumerate(words) if word.startswith("-")), len(words))
        done = subprocess.run([*self.server.command(*words[:flags]), *where, *words[flags:]], capture_output=True,
                              text=True)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_the_commands_make_and_show_records(self):
        self.start_server()
        shown = self.cli("acl", "policy", "create", "-name=app", "-description=d", '-rules=key_prefix "" { policy = "read" }')
        policy = shown.split()[1]
        self.assertEqual(shown, f"ID:           {policy}\nName:         app\nDescription:  d\nDatacenters:  \nRules:\n"
                                'key_prefix "" { policy = "read" }\n')
        self.assertEqual(self.cli("acl", "policy", "read", "-name=none", code=1), "Error policy not found: none\n")
        self.assertIn("app:\n   ID:           " + policy, self.cli("acl", "policy", "list"))
        self.cli("acl", "role", "create", "-name=r", f"-policy-id={policy[:8]}", "-service-identity=web:dc1,dc2")
        shown = self.cli("acl", "token", "create", "-description=tk", "-policy-name=app", "-role-name=r",
                         "-node-identity=n:dc1", "-templated-policy=builtin/service", "-var=name:api")
        accessor = shown.split()[1]
        self.assertIn(f"Policies:\n   {policy} - app\nRoles:\n", shown)
        self.assertTrue(shown.endswith("Node Identities:\n   n (Datacenter: dc1)\nTemplated Policies:\n"
                                       "   builtin/service\n      Name: api\n      Datacenters: all\n\n"), shown)
        self.assertIn("=== End of Authorizer Layer 0: Token ===",
                      self.cli("acl", "token", "read", f"-accessor-id={accessor[:8]}", "-expanded"))
        self.cli("acl", "token", "update", f"-accessor-id={accessor}", "-append-policy-name=global-management")
        listed = json.loads(self.cli("acl", "token", "list", "-format=json"))
        self.assertEqual(len(listed), 3)
        mine = next(one for one in listed if one["AccessorID"] == accessor)
        self.assertEqual([link["Name"] for link in mine["Policies"]], ["app", "global-management"])
        clone = self.cli("acl", "token", "clone", f"-accessor-id={accessor}", "-description=twin").split()[1]
        self.assertEqual(self.cli("acl", "token", "delete", f"-accessor-id={clone}"),
                         f'Token "{clone}" deleted successfully\n')
        self.assertEqual(self.cli("acl", "token", "create", "-policy-name=nope", code=1),
                         "Failed to create new token: Unexpected response code: 500 "
                         '(No such ACL policy with name "nope")\n')
        self.assertIn("acl bootstrap no longer allowed", self.cli("acl", "bootstrap", code=1).lower())
        self.assertEqual(len(self.cli("acl", "templated-policy", "list").split()), 7)
        self.assertIn("synthetic-policy-", self.cli("acl", "templated-policy", "preview", "-name=builtin/node",
                                                    "-var=name:n1"))
        where = f"-http-addr=127.0.0.1:{self.server.ports['http']}"
        done = subprocess.run(self.server.command("acl", "set-agent-token", where, f"-token={ROOT}", "dns", ROOT),
                              capture_output=True, text=True)
        self.assertEqual(done.stdout, 'ACL token "dns" set successfully\n')

    def test_a_token_ends_with_its_time(self):
        server = self.start_server()
        self.make_token('key_prefix "" { policy = "read" }', "reader")
        refused = server.request("PUT", "/v1/acl/token", json.dumps(
            {"Policies": [{"Name": "reader"}], "ExpirationTTL": "10s"}))
        self.assertEqual(refused[::2], (500, b"ExpirationTime cannot be less than 1m0s in the future (was 10s)"))
        made = json.loads(server.put("/v1/acl/token", json.dumps(
            {"Policies": [{"Name": "reader"}], "ExpirationTTL": "1h"})))
        self.assertNotIn("ExpirationTTL", made)
        self.assertIn("ExpirationTime", made)


if __name__ == "__main__":
    unittest.main()
