"""Each flag of each command has an effect. The commands' flags come from their help texts: a flag that no test uses
with its command is a failure."""

import functools
import glob
import json
import os
import re
import select
import subprocess
import unittest

from agent import BINARY, ROOT, eventually
from ports import free_ports
from settings_case import SettingsTest

MANAGEMENT = "11111111-2222-3333-4444-555555555555"
TESTS = ["tests/integration/*.py", "tests/unit/**/*.cpp", "tests/conformance/cases/cli.txt", "tests/conformance/cli_cases.txt"]
# Tested for all commands together, below.
CLIENT_FLAGS = {"ca-file", "ca-path", "client-cert", "client-key", "http-addr", "tls-server-name", "token", "token-file"}
SERVER_FLAGS = {"datacenter", "stale"}
TENANCY_FLAGS = {"namespace", "partition"}
# The simulator has its own tests, and tests/unit/config covers the agent's flags.
OTHERS = ("agent", "sim")


def run(*words, cwd=None, **environment):
    return subprocess.run([BINARY, *words], capture_output=True, text=True, cwd=cwd, timeout=60, stdin=subprocess.DEVNULL,
                          env={**os.environ, **environment})


@functools.cache
def commands(path=()):
    """@returns {command: its flags} of all implemented commands, from the help texts."""
    text = run(*path, "-h").stdout
    below = re.search(r"(?:Available commands are|Subcommands):\n((?:    .*\n)+)", text)
    if below:
        out = {}
        for line in below[1].splitlines():
            word = line.split()[0]
            if path or word not in OTHERS:
                out.update(commands((*path, word)))
        return out
    if "is not available in this version" in text:
        return {}
    return {" ".join(path): set(re.findall(r"(?m)^  -([\w-]+)", text))}


def used_flags(commands):
    """@returns {command: flags that the source of some test names on the command's own line or on one of the two
    following lines}."""
    used = {command: set() for command in commands}
    for pattern in TESTS:
        for path in glob.glob(os.path.join(ROOT, pattern), recursive=True):
            with open(path, errors="replace") as source:
                lines = [" ".join(re.sub(r"[\"',\[\](){}]+", " ", line).split()) for line in source]
            for number, line in enumerate(lines):
                for command in commands:
                    at = f" {line}".find(f" {command} ")
                    if at >= 0:
                        used[command].update(re.findall(r"(?<![\w-])--?([\w-]+)", " ".join(
                            [line[at:], *lines[number + 1:number + 3]])))
    return used


class Flags(SettingsTest):
    def test_each_flag_is_used_by_a_test_with_its_command(self):
        known = commands()
        self.assertGreater(len(known), 50)
        used = used_flags(known)
        self.assertEqual([f"{command} -{flag}" for command, flags in known.items() for flag in sorted(flags - used[command])
                          if flag not in CLIENT_FLAGS | SERVER_FLAGS | TENANCY_FLAGS], [])


class Connection(SettingsTest):
    """The flags that select the agent, with each command that accepts them."""
    ARGUMENTS = {
        "acl policy create": ["-name=x"], "acl policy delete": ["-name=x"], "acl policy read": ["-name=x"],
        "acl policy update": ["-id=" + MANAGEMENT, "-name=x"], "acl role create": ["-name=x", "-policy-name=y"],
        "acl role delete": ["-id=" + MANAGEMENT], "acl role read": ["-id=" + MANAGEMENT],
        "acl role update": ["-id=" + MANAGEMENT, "-name=x"], "acl set-agent-token": ["default", "x"],
        "acl templated-policy preview": ["-name=builtin/node", "-var=name:x"],
        "acl templated-policy read": ["-name=builtin/node"], "acl token clone": ["-accessor-id=" + MANAGEMENT],
        "acl token create": ["-policy-name=x"], "acl token delete": ["-accessor-id=" + MANAGEMENT],
        "acl token read": ["-accessor-id=" + MANAGEMENT], "acl token update": ["-accessor-id=" + MANAGEMENT],
        "event": ["-name=x"], "exec": ["-node=x", "true"], "force-leave": ["x"], "join": ["x"], "keyring": ["-list"],
        "kv delete": ["x"], "kv export": ["x"], "kv get": ["x"], "kv import": ["[{\"key\":\"a\",\"value\":\"\"}]"],
        "kv put": ["x", "y"], "lock": ["x", "true"], "maint": ["-enable"], "operator raft remove-peer": ["-id=x"],
        "rtt": ["a", "b"], "services deregister": ["-id=x"], "services register": ["-name=x"],
        "snapshot restore": ["/dev/null"], "snapshot save": ["state.snap"],
        "watch": ["-type=nodes"], "debug": ["-duration=10s", "-interval=5s"],
    }

    # Their answers are the same for every token.
    FOR_EVERYBODY = {"acl bootstrap", "catalog datacenters"}

    def taking(self, flag):
        for command, flags in commands().items():
            if flag in flags:
                yield command, [*command.split(), f"-{flag}"], self.ARGUMENTS.get(command, [])

    def test_the_address(self):
        count = 0
        for command, words, arguments in self.taking("http-addr"):
            done = run(*words[:-1], words[-1] + "=127.0.0.1:1", *arguments, cwd="/tmp")
            self.assertNotEqual(done.returncode, 0, command)
            self.assertIn("connection refused", done.stdout + done.stderr, command)
            count += 1
        self.assertGreater(count, 40)

    def test_files_that_are_not_there(self):
        for flag, also in (("ca-file", ()), ("ca-path", ()), ("client-cert", ("-client-key=/nowhere",)),
                           ("client-key", ("-client-cert=/nowhere",)), ("token-file", ())):
            # All commands read them by one function: a few stand for the rest.
            for command, words, arguments in list(self.taking(flag))[::12]:
                done = run(*words[:-1], f"{words[-1]}=/nowhere", *also, "-http-addr=https://127.0.0.1:1", *arguments,
                           cwd="/tmp")
                self.assertNotEqual(done.returncode, 0, command)
                self.assertIn("/nowhere", done.stdout + done.stderr, f"{command} -{flag}")

    def test_tokens_datacenters_and_servers(self):
        one = self.agent(acl={"enabled": True, "default_policy": "deny",
                              "tokens": {"initial_management": MANAGEMENT, "agent": MANAGEMENT}}).start(ready=False)
        where = f"127.0.0.1:{one.ports['http']}"
        eventually(lambda: run("kv", "put", f"-token={MANAGEMENT}", "a", "b", CONSUL_HTTP_ADDR=where).returncode == 0, 30,
                   "a write")
        file = os.path.join(one.home, "token")
        with open(file, "w") as out:
            out.write(MANAGEMENT)
        self.assertEqual(run("kv", "get", f"-token-file={file}", "a", CONSUL_HTTP_ADDR=where).stdout, "b\n")
        silent = set()
        for command, words, arguments in self.taking("token"):
            if command in ("debug", "watch", "exec", "lock", "monitor"):
                continue  # they keep retrying
            done = run(*words[:-1], words[-1] + "=99999999-0000-0000-0000-000000000000", *arguments, cwd=one.home,
                       CONSUL_HTTP_ADDR=where)
            if "ACL not found" not in done.stdout + done.stderr:
                silent.add(command)
        self.assertEqual(silent, self.FOR_EVERYBODY)
        for words in (["kv", "get", "-datacenter=elsewhere", "a"], ["catalog", "nodes", "-datacenter=elsewhere"],
                      ["operator", "raft", "list-peers", "-datacenter=elsewhere"]):
            done = run(*words, CONSUL_HTTP_ADDR=where, CONSUL_HTTP_TOKEN=MANAGEMENT)
            self.assertIn("No path to datacenter", done.stdout + done.stderr, words)
        self.assertEqual(run("kv", "get", "-stale", "a", CONSUL_HTTP_ADDR=where, CONSUL_HTTP_TOKEN=MANAGEMENT).stdout, "b\n")
        for flag in ("namespace", "partition"):
            for words in (["kv", "get", f"-{flag}=other", "a"], ["catalog", "services", f"-{flag}=other"]):
                done = run(*words, CONSUL_HTTP_ADDR=where, CONSUL_HTTP_TOKEN=MANAGEMENT)
                self.assertIn("Consul Enterprise feature", done.stdout + done.stderr, words)

    def test_the_name_in_the_agents_certificate(self):
        port = free_ports(1)[0]
        one = self.agent(ports={"https": port})
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=a", "-addext", "subjectAltName=DNS:house",
                        "-days", "2"], cwd=one.home, check=True, capture_output=True)
        one.config["tls"] = {"https": {"cert_file": f"{one.home}/cert.pem", "key_file": f"{one.home}/key.pem"}}
        one.start()
        words = ["kv", "put", f"-http-addr=https://127.0.0.1:{port}", f"-ca-file={one.home}/cert.pem"]
        self.assertNotEqual(run(*words, "a", "b").returncode, 0)
        self.assertEqual(run(*words, "-tls-server-name=house", "a", "b").returncode, 0)
        self.assertNotEqual(run(*words, "-tls-server-name=garden", "a", "b").returncode, 0)


class Access(SettingsTest):
    def setUp(self):
        self.one = self.agent(acl={"enabled": True, "default_policy": "deny",
                                   "tokens": {"initial_management": MANAGEMENT, "agent": MANAGEMENT}}).start(ready=False)
        self.environment = {"CONSUL_HTTP_ADDR": f"127.0.0.1:{self.one.ports['http']}", "CONSUL_HTTP_TOKEN": MANAGEMENT}
        eventually(lambda: self.call("acl", "policy", "list", ok=False).returncode == 0, 30, "the agent's readiness")

        def writable():
            return self.call("kv", "put", "a", "b", ok=False).returncode == 0
        eventually(writable, 30, "a leader")

    def call(self, *words, ok=True):
        done = run(*words, cwd=self.one.home, **self.environment)
        if ok:
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def made(self, *words):
        return json.loads(self.call(*words, "-format=json").stdout)

    def file(self, name, text):
        with open(os.path.join(self.one.home, name), "w") as out:
            out.write(text)
        return name

    def test_policies(self):
        made = self.made("acl", "policy", "create", "-name=p", "-valid-datacenter=dc1", '-rules=key "a" { policy = "read" }')
        self.assertEqual(made["Datacenters"], ["dc1"])
        # Unset members are unchanged.
        changed = self.made("acl", "policy", "update", f"-id={made['ID']}", "-description=new")
        self.assertEqual((changed["Description"], changed["Rules"]), ("new", made["Rules"]))
        changed = self.made("acl", "policy", "update", f"-id={made['ID']}", '-rules=key "b" { policy = "read" }',
                            "-valid-datacenter=dc1", "-valid-datacenter=dc2")
        self.assertEqual((changed["Description"], changed["Rules"], changed["Datacenters"]),
                         ("new", 'key "b" { policy = "read" }', ["dc1", "dc2"]))
        changed = self.made("acl", "policy", "update", f"-id={made['ID']}", "-no-merge", "-name=q")
        self.assertEqual((changed["Name"], changed["Description"], changed["Rules"]), ("q", "", ""))

    def test_roles(self):
        variables = self.file("api.hcl", 'TemplatedPolicy "builtin/service" { Name = "api" }\n')
        self.made("acl", "policy", "create", "-name=p")
        made = self.made("acl", "role", "create", "-name=r", f"-templated-policy-file={variables}")
        names = lambda role: [(t["TemplateName"], t.get("TemplateVariables", {}).get("Name") or
                                  t.get("TemplateVariables", {}).get("name")) for t in
                              role.get("TemplatedPolicies") or []]
        self.assertEqual(names(made), [("builtin/service", "api")])
        changed = self.made("acl", "role", "update", f"-id={made['ID']}", "-description=d", "-policy-name=p",
                            "-append-templated-policy=builtin/node", "-var=name:n")
        self.assertEqual((changed["Description"], [p["Name"] for p in changed["Policies"]], names(changed)),
                         ("d", ["p"], [("builtin/service", "api"), ("builtin/node", "n")]))
        changed = self.made("acl", "role", "update", f"-id={made['ID']}",
                            "-append-templated-policy-file=" + self.file("b.hcl", 'TemplatedPolicy "builtin/dns" {}'))
        self.assertEqual([t for t, _ in names(changed)], ["builtin/service", "builtin/node", "builtin/dns"])
        changed = self.made("acl", "role", "update", f"-id={made['ID']}", "-replace-templated-policy=builtin/node",
                            "-var=name:m")
        self.assertEqual(names(changed), [("builtin/node", "m")])
        changed = self.made("acl", "role", "update", f"-id={made['ID']}", f"-replace-templated-policy-file={variables}")
        self.assertEqual(names(changed), [("builtin/service", "api")])
        changed = self.made("acl", "role", "update", f"-id={made['ID']}", "-name=s", "-no-merge", "-policy-name=p")
        self.assertEqual((changed["Name"], changed["Description"], names(changed)), ("s", "", []))

    def test_templates(self):
        self.assertIn("builtin/node", self.call("acl", "templated-policy", "read", "-name=builtin/node").stdout)
        file = self.file("t.hcl", 'TemplatedPolicy "builtin/service" { Name = "api" }\n')
        self.assertIn("api", self.call("acl", "templated-policy", "preview", f"-file={file}").stdout)

    def test_tokens(self):
        accessor, secret = "aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002"
        file = self.file("t.hcl", 'TemplatedPolicy "builtin/service" { Name = "api" }\n')
        made = self.made("acl", "token", "create", f"-accessor={accessor}", f"-secret={secret}", "-local",
                         "-expires-ttl=1h", f"-templated-policy-file={file}")
        self.assertEqual((made["AccessorID"], made["SecretID"], made["Local"], "ExpirationTime" in made),
                         (accessor, secret, True, True))
        self.environment["CONSUL_HTTP_TOKEN"] = secret
        self.assertEqual(self.made("acl", "token", "read", "-self")["AccessorID"], accessor)
        self.environment["CONSUL_HTTP_TOKEN"] = MANAGEMENT

    def test_changes_of_tokens(self):
        ids = {name: self.made("acl", "policy", "create", f"-name={name}")["ID"] for name in ("p1", "p2", "p3")}
        roles = {name: self.made("acl", "role", "create", f"-name={name}", "-policy-name=p1")["ID"] for name in ("r1", "r2", "r3")}
        accessor = self.made("acl", "token", "create", "-policy-name=p1")["AccessorID"]
        names = lambda links: [link["Name"] for link in links or []]
        found = self.made("acl", "token", "update", f"-accessor-id={accessor}", "-description=d", "-append-policy-id=" + ids["p2"],
                          "-append-role-id=" + roles["r1"], "-append-role-name=r2", "-append-service-identity=web",
                          "-append-node-identity=n:dc1", "-append-templated-policy=builtin/dns")
        self.assertEqual((found["Description"], names(found["Policies"]), sorted(names(found["Roles"]))),
                         ("d", ["p1", "p2"], ["r1", "r2"]))
        self.assertEqual([s["ServiceName"] for s in found["ServiceIdentities"]], ["web"])
        self.assertEqual([n["NodeName"] for n in found["NodeIdentities"]], ["n"])
        templates = lambda token: [t["TemplateName"] for t in token.get("TemplatedPolicies") or []]
        self.assertEqual(templates(found), ["builtin/dns"])
        found = self.made("acl", "token", "update", f"-accessor-id={accessor}", "-merge-policies", "-policy-name=p3",
                          "-merge-roles", "-role-name=r3", "-merge-service-identities", "-service-identity=api",
                          "-merge-node-identities", "-node-identity=m:dc1")
        self.assertEqual((names(found["Policies"]), sorted(names(found["Roles"])), len(found["ServiceIdentities"]),
                          len(found["NodeIdentities"])), (["p1", "p2", "p3"], ["r1", "r2", "r3"], 2, 2))
        file = self.file("t.hcl", 'TemplatedPolicy "builtin/node" { Name = "n" }\n')
        self.assertEqual(templates(self.made("acl", "token", "update", f"-accessor-id={accessor}",
                                             f"-append-templated-policy-file={file}")), ["builtin/dns", "builtin/node"])
        self.assertEqual(templates(self.made("acl", "token", "update", f"-accessor-id={accessor}",
                                             "-replace-templated-policy=builtin/dns")), ["builtin/dns"])
        self.assertEqual(templates(self.made("acl", "token", "update", f"-accessor-id={accessor}",
                                             f"-replace-templated-policy-file={file}")), ["builtin/node"])


    def test_forms_of_records(self):
        """JSON output, and the indexes that only -meta shows."""
        policy = json.loads(self.call("acl", "policy", "create", "-name=p", "-format=json").stdout)["ID"]
        role = json.loads(self.call("acl", "role", "create", "-name=r", "-policy-name=p", "-format=json").stdout)["ID"]
        token = json.loads(self.call("acl", "token", "create", "-policy-id=" + policy, "-role-id=" + role,
                                     "-service-identity=web", "-format=json").stdout)["AccessorID"]
        json.loads(self.call("acl", "policy", "list", "-format=json").stdout)
        json.loads(self.call("acl", "policy", "read", "-name=p", "-format=json").stdout)
        json.loads(self.call("acl", "policy", "update", "-id=" + policy, "-format=json").stdout)
        json.loads(self.call("acl", "role", "list", "-format=json").stdout)
        json.loads(self.call("acl", "role", "read", "-name=r", "-format=json").stdout)
        changed = json.loads(self.call("acl", "role", "update", "-id=" + role, "-policy-id=" + policy, "-service-identity=web",
                                       "-node-identity=n:dc1", "-format=json").stdout)
        self.assertEqual((len(changed["Policies"]), len(changed["ServiceIdentities"]), len(changed["NodeIdentities"])), (1, 1, 1))
        json.loads(self.call("acl", "templated-policy", "list", "-format=json").stdout)
        json.loads(self.call("acl", "templated-policy", "read", "-name=builtin/node", "-format=json").stdout)
        json.loads(self.call("acl", "templated-policy", "preview", "-name=builtin/node", "-var=name:n", "-format=json").stdout)
        shown = [
            self.call("acl", "policy", "create", "-name=q", "-meta").stdout,
            self.call("acl", "policy", "list", "-meta").stdout,
            self.call("acl", "policy", "read", "-name=p", "-meta").stdout,
            self.call("acl", "policy", "update", "-id=" + policy, "-meta").stdout,
            self.call("acl", "role", "create", "-name=s", "-policy-name=p", "-meta").stdout,
            self.call("acl", "role", "list", "-meta").stdout,
            self.call("acl", "role", "read", "-name=r", "-meta").stdout,
            self.call("acl", "role", "update", "-id=" + role, "-meta").stdout,
            self.call("acl", "token", "create", "-policy-name=p", "-meta").stdout,
            self.call("acl", "token", "list", "-meta").stdout,
            self.call("acl", "token", "read", "-id=" + token, "-meta").stdout,
            self.call("acl", "token", "update", "-id=" + token, "-policy-id=" + policy, "-role-id=" + role, "-meta",
                      "-append-templated-policy=builtin/node", "-var=name:n").stdout]
        for text in shown:
            self.assertIn("Create Index", text)
        self.call("acl", "templated-policy", "read", "-name=builtin/node", "-meta")
        twin = json.loads(self.call("acl", "token", "clone", "-id=" + token, "-format=json").stdout)["AccessorID"]
        self.call("acl", "token", "delete", "-id=" + twin)

    def test_the_first_token(self):
        one = self.agent(acl={"enabled": True}).start()
        done = run("acl", "bootstrap", "-format=json", CONSUL_HTTP_ADDR=f"127.0.0.1:{one.ports['http']}")
        self.assertIn("SecretID", json.loads(done.stdout))


class Rest(SettingsTest):
    def call(self, one, *words, code=0, cwd=None):
        done = run(*words, cwd=cwd or one.home, CONSUL_HTTP_ADDR=f"127.0.0.1:{one.ports['http']}")
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_validate_in_either_language(self):
        one = self.agent()
        path = os.path.join(one.home, "settings.conf")
        with open(path, "w") as out:
            out.write('data_dir = "/tmp"')
        self.assertIn("unknown extension", self.call(one, "validate", path, code=1))
        self.assertIn("Configuration is valid!", self.call(one, "validate", "-config-format=hcl", path))
        self.call(one, "validate", "-config-format=json", path, code=1)
        self.assertEqual(self.call(one, "validate", "-quiet", "-config-format=hcl", path), "")

    def test_certificates(self):
        one = self.agent()
        self.call(one, "tls", "ca", "create", "-domain=house")
        self.call(one, "tls", "cert", "create", "-client", "-domain=house", "-days=3", "-ca=house-agent-ca.pem",
                  "-key=house-agent-ca-key.pem")
        shown = subprocess.run(["openssl", "x509", "-noout", "-text", "-in", "dc1-client-house-0.pem"], cwd=one.home,
                               capture_output=True, text=True).stdout
        self.assertIn("DNS:client.dc1.house", shown)

    def test_services_on_sockets(self):
        one = self.start()
        self.call(one, "services", "register", "-name=s", "-socket=/run/s.sock")
        self.assertEqual(one.get("/v1/agent/services")["s"]["SocketPath"], "/run/s.sock")

    def test_autopilot(self):
        one = self.start()
        eventually(lambda: one.get("/v1/operator/autopilot/configuration"), 10, "the configuration")
        self.call(one, "operator", "autopilot", "set-config", "-server-stabilization-time=33s")
        self.assertEqual(one.get("/v1/operator/autopilot/configuration")["ServerStabilizationTime"], "33s")
        self.call(one, "operator", "autopilot", "set-config", "-disable-upgrade-migration=true",
                  "-redundancy-zone-tag=zone", "-upgrade-version-tag=version")
        found = one.get("/v1/operator/autopilot/configuration")
        self.assertEqual((found["DisableUpgradeMigration"], found["RedundancyZoneTag"], found["UpgradeVersionTag"]),
                         (True, "zone", "version"))

    def test_keys_of_gossip(self):
        import base64
        first, second = (base64.b64encode(bytes([n] * 32)).decode() for n in (1, 2))
        one = self.start(encrypt=first)
        self.call(one, "keyring", f"-install={second}")
        self.assertIn(first, self.call(one, "keyring", "-list-primary"))
        self.assertNotIn(second, self.call(one, "keyring", "-list-primary"))
        self.call(one, "keyring", f"-remove={second}")
        self.assertNotIn(second, self.call(one, "keyring", "-list"))

    def test_lines_of_the_log_as_json(self):
        one = self.start(log_level="debug")
        with subprocess.Popen([BINARY, "monitor", "-log-json", "-log-level=debug",
                               f"-http-addr=127.0.0.1:{one.ports['http']}"], stdout=subprocess.PIPE, text=True) as follower:
            self.addCleanup(follower.kill)

            def asked():
                one.request("GET", "/v1/status/leader")
                return select.select([follower.stdout], [], [], 0.1)[0]
            eventually(asked, 20, "a line")
            line = eventually(lambda: follower.stdout.readline(), 20, "a line")
            follower.kill()
            self.assertIn("@message", json.loads(line))

    def test_names_of_lock_sessions(self):
        one = self.start()
        shown = self.call(one, "lock", "-name=of the house", "l",
                          f"{BINARY} kv get -http-addr=127.0.0.1:{one.ports['http']} -detailed l/.lock; "
                          f"curl -s http://127.0.0.1:{one.ports['http']}/v1/session/list")
        self.assertIn('"Name":"of the house"', shown.replace('": "', '":"'))

    def test_remote_execution(self):
        one = self.start(disable_remote_exec=False, services=[{"name": "web", "tags": ["v1"]}])
        eventually(lambda: one.get("/v1/catalog/service/web"), 10, "the service")
        done = self.call(one, "exec", "-service=web", "-tag=v1", "-prefix=_other", "-verbose", "-wait=1s", "-wait-repl=10ms",
                         "echo there")
        self.assertIn("it: there", done)
        self.assertIn("1 / 1 node(s) completed / acknowledged", done)
        self.assertNotIn("there", self.call(one, "exec", "-service=other", "-wait=300ms", "-wait-repl=10ms", "echo there"))

    def test_debug_files_without_an_archive(self):
        one = self.start(enable_debug=True)
        self.call(one, "debug", "-archive=false", "-duration=10s", "-interval=5s", "-output=found", "-capture=members")
        self.assertTrue(os.path.isdir(os.path.join(one.home, "found")))


if __name__ == "__main__":
    unittest.main()
