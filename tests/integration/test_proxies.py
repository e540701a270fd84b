"""Requests of commands, HTTP checks and watches use the proxies of the environment."""

import http.client
import http.server
import os
import select
import socket
import subprocess
import unittest

from agent import BINARY, AgentTest, eventually, http_server, self_signed
from ports import free_ports

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


def proxy_to(ports, seen):
    """A proxy that connects to one loopback port instead of the requested hosts and ports.
    @param ports by "host:port"; others are answered 502
    @param seen collects the request lines"""

    class Proxy(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.requestline)
            authority, _, path = self.path.removeprefix("http://").partition("/")
            if authority not in ports:
                return self.send_error(502)
            behind = http.client.HTTPConnection("127.0.0.1", ports[authority], timeout=10)
            behind.request("GET", f"/{path}", headers={"Host": self.headers["Host"]})
            answer = behind.getresponse()
            body = answer.read()
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            seen.append(self.requestline)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()

        def do_CONNECT(self):
            seen.append(self.requestline)
            if self.path not in ports:
                return self.send_error(502, "Unknown Place")
            with socket.create_connection(("127.0.0.1", ports[self.path])) as behind:
                self.send_response(200, "Connection established")
                self.end_headers()
                other = {self.connection: behind, behind: self.connection}
                while ready := select.select(list(other), [], [], 20)[0]:
                    data = ready[0].recv(65536)
                    if not data:
                        return
                    other[ready[0]].sendall(data)

        def log_message(self, *_):
            pass

    return Proxy


class Proxies(AgentTest):
    def command(self, *words, **variables):
        clean = {name: value for name, value in os.environ.items() if name.upper() not in VARIABLES}
        return subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL,
                              env={**clean, **variables})

    def test_commands_reach_the_agent_through_a_proxy(self):
        port = free_ports(1)[0]
        agent, seen = self.agent(ports={"https": port}), []
        cert, key = self_signed(agent.home, "DNS:agent.invalid")
        agent.config["tls"] = {"https": {"cert_file": cert, "key_file": key}}
        agent.start()
        ports = {"agent.invalid:8500": agent.ports["http"], "agent.invalid:8501": port}
        with http_server(proxy_to(ports, seen)) as proxy:
            environment = {"HTTP_PROXY": f"127.0.0.1:{proxy}", "HTTPS_PROXY": f"http://127.0.0.1:{proxy}"}
            ask = lambda address, **more: self.command("catalog", "services", CONSUL_HTTP_ADDR=address,
                                                       **{**environment, **more})
            done = ask("agent.invalid:8500")
            self.assertEqual((done.returncode, done.stdout), (0, "consul\n"), done.stderr)
            self.assertEqual(seen, ["GET http://agent.invalid:8500/v1/catalog/services HTTP/1.1"])
            done = ask("https://agent.invalid:8501", CONSUL_CACERT=cert)
            self.assertEqual((done.returncode, done.stdout), (0, "consul\n"), done.stderr)
            self.assertEqual(seen[1:], ["CONNECT agent.invalid:8501 HTTP/1.1"])
            self.assertIn("certificate signed by unknown authority", ask("https://agent.invalid:8501").stderr)
            self.assertIn('/v1/catalog/services": Unknown Place', ask("https://other.invalid").stderr)
            self.assertIn("no such host", ask("agent.invalid:8500", NO_PROXY=".example, invalid").stderr)
            before = len(seen)
            self.assertEqual(ask(f"127.0.0.1:{agent.ports['http']}").stdout, "consul\n")
            self.assertEqual(len(seen), before)

    def test_checks_and_watches_of_an_agent_go_through_a_proxy(self):
        class Web(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(self.headers["Host"].encode())

            def log_message(self, *_):
                pass

        seen = []
        with http_server(Web) as port, http_server(proxy_to({"web.invalid": port}, seen)) as proxy:
            agent = self.agent(
                checks=[{"id": "c", "name": "c", "http": "http://web.invalid/", "interval": "1s"}],
                watches=[{"type": "key", "key": "a", "handler_type": "http",
                          "http_handler_config": {"path": "http://hook.invalid/news"}}])
            agent.start(environment={"HTTP_PROXY": f"127.0.0.1:{proxy}", "NO_PROXY": ""})
            eventually(lambda: agent.get("/v1/agent/checks")["c"]["Status"] == "passing", 20, "the check's success")
            self.assertEqual(agent.get("/v1/agent/checks")["c"]["Output"],
                             "HTTP GET http://web.invalid/: 200 OK Output: web.invalid")
            eventually(lambda: "POST http://hook.invalid/news HTTP/1.1" in seen, 20, "the watch's call")


if __name__ == "__main__":
    unittest.main()
