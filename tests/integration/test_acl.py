"""ACLs with default deny: a server, a client agent, and tokens with few permissions."""

import json
import os
import socket
import subprocess
import threading
import unittest

from agent import Agent, AgentTest, eventually

ROOT = "11111111-2222-3333-4444-555555555555"
NODE_ID = "99999999-2222-3333-4444-555555555555"


class GuardedAgent(Agent):
    """An agent whose requests carry a token by default."""

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
        # Requests without a token use the agent's own once it has one.
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
        # A cached token is always too old to be used without the servers.
        client = self.start_client(tokens={"agent": ROOT, "agent_recovery": "recovery"}, token_ttl="1ms", policy_ttl="1ms")
        secret, _ = self.make_token('agent_prefix "" { policy = "read" }', "known")
        self.assertEqual(client.status("GET", "/v1/agent/self", secret), 200)
        self.server.kill()
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

    def raw(self, agent, method, target, body=b"", token=ROOT):
        """Sends HTTP over a socket of its own. @returns (status, body)."""
        head = (f"{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Consul-Token: {token}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n")
        with socket.create_connection(("127.0.0.1", agent.ports["http"]), 10) as connection:
            connection.sendall(head.encode("latin-1") + body)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), body

    def register_web_and_db(self):
        for name in ("web", "db"):
            self.server.put("/v1/catalog/register", json.dumps(
                {"ID": NODE_ID, "Node": "n", "Address": "10.0.0.9", "Service": {"Service": name, "Port": 80},
                 "Check": {"CheckID": "of-" + name, "ServiceID": name, "Status": "passing"}}))
        self.server.put("/v1/catalog/register", json.dumps(
            {"ID": NODE_ID, "Node": "n", "Address": "10.0.0.9",
             "Check": {"CheckID": "of-node", "ServiceName": "web", "Status": "passing"}}))

    def test_labels_allow_nothing(self):
        server = self.start_server()
        self.register_web_and_db()
        secret, _ = self.make_token('service "web" { policy = "write" } service "p" { policy = "write" } '
                                    'node "mine" { policy = "write" }', "web")
        proxy = {"Service": "p", "Kind": "connect-proxy", "Port": 1, "Proxy": {"DestinationServiceName": "db"}}
        check = {"Node": "n", "CheckID": "c", "Name": "c", "Status": "critical", "ServiceName": "web"}
        refused = (
            ("/v1/catalog/deregister", {"Node": "n", "CheckID": "of-node"}),
            ("/v1/catalog/register", {"Node": "n", "SkipNodeUpdate": True, "Check": check}),
            ("/v1/catalog/register", {"Node": "n", "SkipNodeUpdate": True, "Check": dict(check, ServiceID="db")}),
            ("/v1/catalog/register", {"Node": "n", "SkipNodeUpdate": True, "Service": proxy}),
            ("/v1/catalog/register", {"Node": "n", "SkipNodeUpdate": True,
                                      "Check": {"CheckID": "of-db", "ServiceID": "web"}}),
            ("/v1/catalog/register", {"ID": NODE_ID, "Node": "mine", "Address": "10.0.0.1"}),
            ("/v1/txn", [{"Check": {"Verb": "set", "Check": check}}]),
            ("/v1/txn", [{"Check": {"Verb": "delete", "Check": {"Node": "n", "CheckID": "of-db",
                                                                "ServiceName": "web"}}}]),
            ("/v1/txn", [{"Service": {"Verb": "set", "Node": "n", "Service": proxy}}]),
            ("/v1/txn", [{"Service": {"Verb": "delete", "Node": "n", "Service": {"ID": "db", "Service": "web"}}}]),
        )
        before = server.get("/v1/health/state/any"), server.get("/v1/catalog/services"), server.get("/v1/catalog/nodes")
        for path, body in refused:
            status, text = self.raw(server, "PUT", path, json.dumps(body).encode(), secret)
            self.assertEqual(status, 409 if path == "/v1/txn" else 403, (body, text))
            self.assertIn(b"Permission denied", text)
        after = server.get("/v1/health/state/any"), server.get("/v1/catalog/services"), server.get("/v1/catalog/nodes")
        self.assertEqual(before, after)
        self.assertEqual(self.raw(server, "PUT", "/v1/catalog/deregister", b'{"Node": "n", "ServiceID": "x"}', secret),
                         (500, b"Unknown service ID 'x'"))
        self.assertEqual(self.raw(server, "PUT", "/v1/catalog/deregister", b'{"Node": "n", "CheckID": "of-web"}', secret),
                         (200, b"true"))

    def test_a_check_is_shown_to_who_may_read_its_node_and_its_service(self):
        server = self.start_server()
        self.register_web_and_db()
        def seen(rules, name):
            secret, _ = self.make_token(rules, name)
            paths = ("/v1/health/node/n", "/v1/health/checks/web", "/v1/health/state/passing")
            return [sorted(check["CheckID"] for check in json.loads(server.request("GET", path, token=secret)[2])
                           if check["Node"] == "n") for path in paths]
        node, web = 'node "n" { policy = "read" }', 'service "web" { policy = "read" }'
        self.assertEqual(seen(web, "service-only"), [[], [], []])
        self.assertEqual(seen(node, "node-only"), [[], [], []])
        # The node check names the service web, so both permissions are needed.
        self.assertEqual(seen(node + web, "both"), [["of-node", "of-web"], ["of-node", "of-web"], ["of-node", "of-web"]])

    def test_control_characters_in_names_are_refused(self):
        server = self.start_server()
        for path, body in (
                ("/v1/catalog/register", b'{"Node": "a\\u0000b", "Address": "1.1.1.1"}'),
                ("/v1/catalog/register", b'{"Node": "a", "Address": "1.1.1.1", "Service": {"ID": "\\u0001", "Service": "s"}}'),
                ("/v1/agent/service/register", b'{"Name": "s", "Check": {"CheckID": "c\\u0000", "TTL": "10s"}}'),
                ("/v1/txn", b'[{"Check": {"Verb": "set", "Check": {"Node": "one", "CheckID": "c\\n", "Name": "c"}}}]'),
                ("/v1/session/create", b'{"Node": "one\\u0000"}')):
            status, text = self.raw(server, "PUT", path, body)
            self.assertEqual(status, 400, (path, text))
            self.assertIn(b"control characters are not allowed", text)
        self.assertEqual(self.raw(server, "PUT", "/v1/event/fire/a%00b")[0], 400)

    def test_a_parameter_poses_as_no_other(self):
        server = self.start_server()
        hidden, shown = "/v1/catalog/nodes?x=y&node-meta=a:none", "/v1/catalog/nodes?x=y%01node-meta%02a:none"
        self.assertEqual(self.raw(server, "GET", hidden), (200, b"[]"))
        self.assertEqual(len(json.loads(self.raw(server, "GET", shown)[1])), 1)

    def test_events_that_may_not_be_seen_leave_no_trace(self):
        server = self.start_server()
        secret, _ = self.make_token('event "deploy" { policy = "read" }', "events")
        server.put("/v1/event/fire/deploy", "")
        eventually(lambda: server.get("/v1/event/list"), 10, "the event")
        index = server.request("GET", "/v1/event/list", token=secret)[1]["X-Consul-Index"]
        answers = []
        waiting = threading.Thread(target=lambda: answers.append(
            server.request("GET", f"/v1/event/list?index={index}&wait=20s", timeout=30, token=secret)))
        waiting.start()
        server.put("/v1/event/fire/hidden", "")
        eventually(lambda: len(server.get("/v1/event/list")) == 2, 10, "the second event")
        self.assertEqual(server.request("GET", "/v1/event/list", token=secret)[1]["X-Consul-Index"], index)
        self.assertEqual(answers, [])
        server.put("/v1/event/fire/deploy", "")
        waiting.join(30)
        self.assertEqual([event["Name"] for event in json.loads(answers[0][2])], ["deploy", "deploy"])

    def test_an_alias_sees_what_its_token_sees(self):
        self.start_server()
        client = self.start_client()
        self.register_web_and_db()
        everything = 'node_prefix "" { policy = "write" } service_prefix "" { policy = "read" }'
        both, _ = self.make_token(everything, "both")
        blind, _ = self.make_token('node "one" { policy = "write" } node "two" { policy = "write" }', "blind")
        for agent in (self.server, client):
            for name, secret in (("seeing", both), ("blind", blind)):
                agent.request("PUT", "/v1/agent/check/register", json.dumps(
                    {"Name": name, "AliasNode": "n", "AliasService": "db"}), token=secret)
            def status(name):
                return agent.get("/v1/agent/checks")[name]["Status"]
            eventually(lambda: status("seeing") == "passing", 20, "what the alias sees")
            eventually(lambda: agent.get("/v1/agent/checks")["blind"]["Output"] ==
                       "Service db could not be found on node n", 20, "what the other alias does not see")
            self.assertEqual(status("blind"), "critical")
            for wanted in ("critical", "passing"):
                self.server.put("/v1/catalog/register", json.dumps(
                    {"Node": "n", "SkipNodeUpdate": True,
                     "Check": {"CheckID": "of-db", "ServiceID": "db", "Status": wanted}}))
                eventually(lambda: status("seeing") == wanted, 20, "news of the aliased service")
                self.assertEqual(status("blind"), "critical")


if __name__ == "__main__":
    unittest.main()
