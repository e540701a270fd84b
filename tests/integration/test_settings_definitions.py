"""Each field of a service or check in a file is visible at the agent and in the catalog, or changes the behaviour of a
check."""

import http.server
import socket
import ssl
import subprocess
import threading
import unittest

from agent import eventually, http_server, self_signed
from docker_target import DockerTarget
from fake_systemd import FakeSystemd
from http2_target import Http2Target
from settings_case import SettingsTest

PROXY = {
    "destination_service_name": "web", "destination_service_id": "web-1", "local_service_address": "127.0.0.9",
    "local_service_port": 81, "local_service_socket_path": "/run/local.sock", "mode": "transparent",
    "transparent_proxy": {"outbound_listener_port": 15002, "dialed_directly": True},
    "config": {"protocol": "http"}, "mesh_gateway": {"mode": "local"},
    "expose": {"checks": True, "paths": [{"listener_port": 90, "path": "/open", "local_path_port": 91, "protocol": "http2"}]},
    "upstreams": [{"destination_type": "service", "destination_namespace": "", "destination_partition": "",
                   "destination_peer": "cloud", "destination_name": "db", "datacenter": "dc2",
                   "local_bind_address": "127.0.0.8", "local_bind_port": 92, "config": {"a": "b"},
                   "mesh_gateway": {"mode": "remote"}},
                  {"destination_name": "cache", "local_bind_socket_path": "/run/up.sock", "local_bind_socket_mode": "0600"}]}


class Services(SettingsTest):
    def test_each_field_of_a_service(self):
        web = {"id": "web-1", "name": "web", "tags": ["v1"], "address": "10.0.0.1", "port": 80, "meta": {"k": "v"},
               "tagged_addresses": {"virtual": {"address": "10.9.9.9", "port": 82}}, "weights": {"passing": 3, "warning": 2},
               "enable_tag_override": True, "locality": {"region": "north", "zone": "n1"}, "connect": {"native": True}}
        proxy = {"id": "p", "name": "web-proxy", "kind": "connect-proxy", "port": 20000, "proxy": PROXY}
        one = self.start(services=[web, proxy, {"name": "sock", "socket_path": "/run/s.sock"}])
        eventually(lambda: all(one.get(f"/v1/catalog/service/{name}") for name in ("web", "web-proxy", "sock")), 20, "services")
        [seen] = one.get("/v1/catalog/service/web")
        self.assertEqual({key: seen[key] for key in (
            "ServiceID", "ServiceName", "ServiceTags", "ServiceAddress", "ServicePort", "ServiceMeta", "ServiceWeights",
            "ServiceEnableTagOverride", "ServiceLocality", "ServiceConnect")}, {
                "ServiceID": "web-1", "ServiceName": "web", "ServiceTags": ["v1"], "ServiceAddress": "10.0.0.1",
                "ServicePort": 80, "ServiceMeta": {"k": "v"}, "ServiceWeights": {"Passing": 3, "Warning": 2},
                "ServiceEnableTagOverride": True, "ServiceLocality": {"Region": "north", "Zone": "n1"},
                "ServiceConnect": {"Native": True}})
        self.assertEqual(seen["ServiceTaggedAddresses"]["virtual"], {"Address": "10.9.9.9", "Port": 82})
        self.assertEqual(one.get("/v1/catalog/service/sock")[0]["ServiceSocketPath"], "/run/s.sock")
        self.assertEqual(one.get("/v1/catalog/service/web-proxy")[0]["ServiceKind"], "connect-proxy")
        for shown in (one.get("/v1/catalog/service/web-proxy")[0]["ServiceProxy"], one.get("/v1/agent/service/p")["Proxy"]):
            first, second = shown["Upstreams"]
            self.assertEqual((shown["DestinationServiceName"], shown["DestinationServiceID"], shown["LocalServiceAddress"],
                              shown["LocalServicePort"], shown["LocalServiceSocketPath"], shown["Mode"], shown["Config"],
                              shown["MeshGateway"]),
                             ("web", "web-1", "127.0.0.9", 81, "/run/local.sock", "transparent", {"protocol": "http"},
                              {"Mode": "local"}))
            self.assertEqual(shown["TransparentProxy"], {"OutboundListenerPort": 15002, "DialedDirectly": True})
            self.assertEqual(shown["Expose"], {"Checks": True, "Paths": [
                {"ListenerPort": 90, "Path": "/open", "LocalPathPort": 91, "Protocol": "http2"}]})
            self.assertEqual({key: first[key] for key in ("DestinationType", "DestinationPeer", "DestinationName", "Datacenter",
                                                          "LocalBindAddress", "LocalBindPort", "Config", "MeshGateway")},
                             {"DestinationType": "service", "DestinationPeer": "cloud", "DestinationName": "db",
                              "Datacenter": "dc2", "LocalBindAddress": "127.0.0.8", "LocalBindPort": 92, "Config": {"a": "b"},
                              "MeshGateway": {"Mode": "remote"}})
            self.assertEqual((second["LocalBindSocketPath"], second["LocalBindSocketMode"]), ("/run/up.sock", "0600"))

    def test_tagged_addresses_are_of_the_family_that_their_name_says(self):
        one = self.start()
        register = lambda name, address: one.request("PUT", "/v1/agent/service/register", {
            "Name": "web", "TaggedAddresses": {name: {"Address": address, "Port": 1}}})
        for name, good, bad in (("lan_ipv4", "10.0.0.1", "fd00::1"), ("wan_ipv4", "10.0.0.1", "fd00::1"),
                                ("lan_ipv6", "fd00::1", "10.0.0.1")):
            for address in (bad, "somewhere", ""):
                status, _, body = register(name, address)
                self.assertEqual((status, body.decode()),
                                 (500, f'Service tagged address "{name}" must be a valid {name[4:]} address'))
            self.assertEqual(register(name, good)[0], 200)
        # The others are not validated.
        for name in ("wan_ipv6", "virtual"):
            self.assertEqual(register(name, "10.0.0.1")[0], 200)

    def test_upstreams_of_other_tenants_are_told_apart(self):
        """Upstreams may differ only in namespace or partition; equal ones are rejected."""
        def proxy(*upstreams):
            return {"id": "p", "name": "p", "kind": "connect-proxy", "port": 1, "proxy": {
                "destination_service_name": "web", "upstreams": [{"destination_name": "db", "local_bind_port": 92 + n, **u}
                                                                 for n, u in enumerate(upstreams)]}}
        self.start(services=[proxy({"destination_namespace": "a"}, {"destination_namespace": "b"},
                                   {"destination_partition": "a"})])
        self.assertIn("upstreams cannot contain duplicates", self.refused(services=[proxy({}, {})]))


class Checks(SettingsTest):
    def check(self, agent, name):
        return agent.get("/v1/agent/checks")[name]

    def becomes(self, agent, name, status):
        eventually(lambda: self.check(agent, name)["Status"] == status, 20, f"{name} {status}")

    def test_what_a_check_is_called_and_belongs_to(self):
        one = self.start(services=[{"name": "web", "check": {"id": "inside", "name": "of web", "ttl": "1h"}}], checks=[
            {"id": "c1", "name": "one", "notes": "for people", "service_id": "web", "ttl": "1h", "status": "warning"},
            {"id": "c2", "name": "two", "alias_service": "web"}, {"id": "c3", "name": "three", "alias_node": "it"},
            {"id": "c4", "name": "of the node", "ttl": "1h", "status": "passing"}])
        found = self.check(one, "c1")
        self.assertEqual((found["Name"], found["Notes"], found["ServiceID"], found["Status"]),
                         ("one", "for people", "web", "warning"))
        self.assertEqual(self.check(one, "inside")["ServiceName"], "web")
        one.put("/v1/agent/check/pass/inside")
        one.put("/v1/agent/check/pass/c1")
        self.becomes(one, "c2", "passing")
        one.put("/v1/agent/check/fail/inside")
        self.becomes(one, "c2", "critical")
        self.becomes(one, "c3", "passing")
        one.put("/v1/agent/check/fail/c4")
        self.becomes(one, "c3", "critical")

    def test_how_http_is_asked(self):
        seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                seen.append((self.command, body, self.headers.get("X-Probe")))
                self.send_response(302 if self.path == "/moved" else 200)
                if self.path == "/moved":
                    self.send_header("Location", "/there")
                self.end_headers()
                self.wfile.write(b"x" * 100)
            do_GET = do_PUT = answer

            def log_message(self, *_):
                pass
        with http_server(Handler) as port:
            base = {"interval": "1s", "http": f"http://127.0.0.1:{port}/moved"}
            one = self.start(checks=[
                {"id": "follows", "name": "f", **base, "method": "PUT", "body": "ping", "header": {"X-Probe": ["7"]}},
                {"id": "stays", "name": "s", **base, "disable_redirects": True},
                {"id": "short", "name": "s", "interval": "1s", "http": f"http://127.0.0.1:{port}/", "output_max_size": 10}])
            self.becomes(one, "follows", "passing")
            self.assertIn(("PUT", b"ping", "7"), seen)
            self.becomes(one, "short", "passing")
            self.assertTrue(self.check(one, "short")["Output"].endswith("Output: " + "x" * 10))
            eventually(lambda: "302" in self.check(one, "stays")["Output"], 20, "the redirection as the result")
            self.assertEqual(self.check(one, "stays")["Status"], "critical")

    def test_how_long_is_waited(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            one = self.start(checks=[{"id": "h", "name": "h", "http": f"http://127.0.0.1:{port}/", "interval": "1s",
                                      "timeout": "100ms"}])
            # The default of 10 s would not be over.
            eventually(lambda: "deadline exceeded" in self.check(one, "h")["Output"], 8, "the end of the attempt")

    def test_sockets_and_scripts(self):
        with socket.create_server(("127.0.0.1", 0)) as open_port, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.bind(("127.0.0.1", 0))
            one = self.start(enable_local_script_checks=True, checks=[
                {"id": "t", "name": "t", "tcp": f"127.0.0.1:{open_port.getsockname()[1]}", "interval": "1s"},
                {"id": "u", "name": "u", "udp": f"127.0.0.1:{udp.getsockname()[1]}", "interval": "1s", "timeout": "100ms"},
                {"id": "s", "name": "s", "args": ["/bin/sh", "-c", "echo said; exit 1"], "interval": "1s"}])
            self.becomes(one, "t", "passing")
            self.becomes(one, "u", "passing")
            self.becomes(one, "s", "warning")
            self.assertEqual(self.check(one, "s")["Output"], "said\n")

    def test_tls(self):
        one = self.agent()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=a", "-addext", "subjectAltName=DNS:house",
                        "-days", "2"], cwd=one.home, check=True, capture_output=True)
        cert = f"{one.home}/cert.pem"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, f"{one.home}/key.pem")
        with socket.create_server(("127.0.0.1", 0)) as plain:
            def serve():
                while True:
                    try:
                        context.wrap_socket(plain.accept()[0], server_side=True).close()
                    except ssl.SSLError:
                        continue
                    except OSError:
                        return
            threading.Thread(target=serve, daemon=True).start()
            where = {"tcp": f"127.0.0.1:{plain.getsockname()[1]}", "tcp_use_tls": True, "interval": "1s"}
            one.config.update(enable_agent_tls_for_checks=True, tls={"internal_rpc": {"ca_file": cert}}, checks=[
                {"id": "named", "name": "n", **where, "tls_server_name": "house"},
                {"id": "misnamed", "name": "m", **where, "tls_server_name": "garden"},
                {"id": "careless", "name": "c", **where, "tls_server_name": "garden", "tls_skip_verify": True}])
            one.start()
            self.becomes(one, "named", "passing")
            self.becomes(one, "careless", "passing")
            eventually(lambda: "is valid for house, not garden" in self.check(one, "misnamed")["Output"], 20, "the refusal")

    def everywhere(self, kinds, environment, **config):
        """Defines each kind of check ({name: (fields, status, output)}) in a file, over the API of checks and inside a
        service over the API, and compares the results, also after a reload and a restart."""
        one = self.agent(enable_script_checks=True, **config)
        fast = {"interval": "1s", "timeout": "5s"}
        names = {"docker_container_id": "DockerContainerID", "grpc_use_tls": "GRPCUseTLS", "os_service": "OSService",
                 "h2ping_use_tls": "H2PingUseTLS", "tls_skip_verify": "TLSSkipVerify", "tls_server_name": "TLSServerName"}
        in_api = lambda fields: {names.get(name, name): value for name, value in dict(fields, **fast).items()}
        one.config["checks"] = [dict(fields, id=name, name=name, **fast) for name, (fields, *_) in kinds.items()]
        one.start(environment=environment)

        def all_good(suffixes):
            found = one.get("/v1/agent/checks")
            return all((found[name + suffix]["Status"], found[name + suffix]["Output"]) == tuple(result)
                       for name, (_, *result) in kinds.items() for suffix in suffixes)

        def told():
            return "\n".join(f"{id}: {check['Status']} {check['Output']}" for id, check in one.get("/v1/agent/checks").items())

        def settles(*suffixes):
            try:
                eventually(lambda: all_good(suffixes), 20, "the results")
            except AssertionError as problem:
                raise AssertionError(f"{problem}:\n{told()}") from None
        settles("")
        for name, (fields, *_) in kinds.items():
            one.put("/v1/agent/check/register", dict(in_api(fields), ID=f"{name}-api", Name=name))
            one.put("/v1/agent/service/register", {"Name": name, "Check": dict(in_api(fields), CheckID=f"{name}-in")})
        settles("", "-api", "-in")
        one.config["checks"] = [dict(check, notes="reloaded") for check in one.config["checks"]]
        one.write_config()
        one.put("/v1/agent/reload")
        settles("", "-api", "-in")
        one.end()
        one.start(environment=environment)
        settles("", "-api", "-in")
        return one

    def test_grpc_and_h2ping(self):
        """Without and with TLS; the service after the slash."""
        folder = self.agent().home
        with Http2Target({"": 1, "up": 1, "down": 2}) as plain, \
                Http2Target(certificate=self_signed(folder, "DNS:house")) as tls:
            open_at, secret = f"127.0.0.1:{plain.port}", f"127.0.0.1:{tls.port}"
            self.everywhere({
                "server": ({"grpc": open_at}, "passing", f"gRPC check {open_at}: success"),
                "service": ({"grpc": f"{open_at}/up"}, "passing", f"gRPC check {open_at}/up: success"),
                "down": ({"grpc": f"{open_at}/down"}, "critical", f"gRPC {open_at}/down serving status: NOT_SERVING"),
                "absent": ({"grpc": f"{open_at}/absent"}, "critical",
                           "rpc error: code = NotFound desc = unknown service"),
                "secret": ({"grpc": secret, "grpc_use_tls": True, "tls_server_name": "house"}, "passing",
                           f"gRPC check {secret}: success"),
                "ping": ({"h2ping": open_at, "h2ping_use_tls": False}, "passing", "HTTP2 ping was successful"),
                "secret-ping": ({"h2ping": secret, "tls_skip_verify": True}, "passing", "HTTP2 ping was successful"),
            }, {}, enable_agent_tls_for_checks=True, tls={"internal_rpc": {"ca_file": f"{folder}/cert.pem"}})

    def test_commands_in_containers(self):
        """A daemon on a unix socket; `shell` is for commands without arguments, which no definition can have."""
        folder = self.agent().home
        with DockerTarget(folder, containers=["web"], paused=["asleep"]) as docker:
            run = lambda command, container="web": {"docker_container_id": container, "args": ["/bin/sh", "-c", command],
                                                    "shell": "/bin/false"}
            self.everywhere({
                "good": (run("echo fine"), "passing", "fine\n"),
                "so-so": (run("echo so so >&2; exit 1"), "warning", "so so\n"),
                "bad": (run("exit 3"), "critical", ""),
                "absent": (run("true", "nobody"), "critical", "create exec failed for unknown container nobody"),
                "asleep": (run("true", "asleep"), "critical",
                           "create exec failed since container asleep is paused or stopped"),
                "long": (dict(run("head -c 5000 /dev/zero | tr '\\0' x"), output_max_size=10), "passing",
                         "Captured 10 of 5000 bytes\n...\nxxxxxxxxxx"),
            }, {"DOCKER_HOST": docker.host})

    def test_docker_checks_are_scripts_and_need_a_daemon(self):
        one = self.agent()
        one.start(environment={"DOCKER_HOST": "nowhere"})
        check = {"Name": "d", "DockerContainerID": "web", "Args": ["true"], "Interval": "1s"}
        status, _, body = one.request("PUT", "/v1/agent/check/register", check)
        self.assertEqual((status, body.decode()), (500, "Scripts are disabled on this agent from remote calls; to enable, "
                                                        "configure 'enable_script_checks' to true"))
        one.config["enable_script_checks"] = True
        one.write_config()
        one.put("/v1/agent/reload")
        status, _, body = one.request("PUT", "/v1/agent/check/register", check)
        self.assertEqual((status, body.decode()), (500, "unable to parse docker host `nowhere`"))

    def test_services_of_the_operating_system(self):
        """A message bus with a service that answers like systemd; without a bus the definition is refused."""
        folder = self.agent().home
        with FakeSystemd(folder, {"web.service": "active", "db.service": "activating"}) as systemd:
            one = self.everywhere({
                "web": ({"os_service": "web"}, "passing", 'Service "web" is healthy'),
                "db": ({"os_service": "db.service"}, "warning", 'Service "db.service" is activating'),
                "gone": ({"os_service": "gone"}, "critical", 'Service "gone" was not found'),
            }, {"DBUS_SYSTEM_BUS_ADDRESS": systemd.address})
            systemd.units["web.service"] = "failed"
            self.becomes(one, "web-in", "critical")
        two = self.agent(checks=[{"name": "web", "os_service": "web", "interval": "1s"}])
        two.start(ready=False, environment={"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nowhere"})
        eventually(lambda: not two.alive(), 20, "the end")
        self.assertIn("there is no system bus at /nowhere", two.output())


if __name__ == "__main__":
    unittest.main()
