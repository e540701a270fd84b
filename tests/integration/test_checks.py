"""Health checks with real targets: their kinds, and that none of a thousand is forgotten."""

import contextlib
import http.server
import json
import socket
import threading
import unittest

from agent import AgentTest, eventually, http_server
from check_target import CheckTarget


@contextlib.contextmanager
def raw_server(answers):
    """A server that answers each path with the given bytes. @returns its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        def serve():
            with contextlib.suppress(OSError):
                while True:
                    one, _ = listener.accept()
                    with one, contextlib.suppress(OSError):
                        path = one.recv(4096).split(b" ", 2)[1].decode()
                        one.sendall(answers[path.lstrip("/")])
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


class Kinds(AgentTest):
    def status_of(self, agent, check):
        return agent.get("/v1/agent/checks")[check]["Status"]

    def becomes(self, agent, check, status, timeout=10):
        eventually(lambda: self.status_of(agent, check) == status, timeout, f"{check} {status}")

    def test_http_statuses(self):
        answers = {"code": 200}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(answers["code"])
                self.end_headers()
                self.wfile.write(b"the answer")

            def log_message(self, *_):
                pass

        agent = self.agent().start()
        with http_server(Handler) as port:
            agent.put("/v1/agent/check/register", {"ID": "h", "Name": "h", "HTTP": f"http://127.0.0.1:{port}/x",
                                                   "Interval": "100ms", "Timeout": "1s"})
            for code, status in ((200, "passing"), (429, "warning"), (500, "critical"), (204, "passing")):
                answers["code"] = code
                self.becomes(agent, "h", status)
            self.assertIn(f"HTTP GET http://127.0.0.1:{port}/x: 204 No Content Output: the answer"[:40],
                          agent.get("/v1/agent/checks")["h"]["Output"])
        self.becomes(agent, "h", "critical")

    def test_http_answers_that_take_liberties(self):
        answers = {
            "no-reason": b"HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nhey",
            "line-feeds": b"HTTP/1.1 200 OK\nContent-Length: 3\n\nhey",
            "old": b"HTTP/1.0 200 OK\r\n\r\nhey",
            "folded": b"HTTP/1.1 200 OK\r\nX-A: 1\r\n 2\r\n\r\nhey",
            "interim": b"HTTP/1.1 103\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhey and more",
            "chunked": b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n2;a=b\r\nhe\r\n1\r\ny\r\n0\r\n\r\n",
        }
        agent = self.agent().start()
        with raw_server(answers) as port:
            for name in answers:
                agent.put("/v1/agent/check/register", {
                    "ID": name, "Name": name, "HTTP": f"http://127.0.0.1:{port}/{name}", "Interval": "100ms"})
            for name in answers:
                with self.subTest(answer=name):
                    self.becomes(agent, name, "passing")
                    self.assertRegex(agent.get("/v1/agent/checks")[name]["Output"], "200( OK)? Output: hey$")

    def test_tcp(self):
        agent = self.agent().start()
        with socket.create_server(("127.0.0.1", 0)) as target:
            port = target.getsockname()[1]
            agent.put("/v1/agent/check/register", {"ID": "t", "Name": "t", "TCP": f"127.0.0.1:{port}",
                                                   "Interval": "100ms", "Timeout": "1s"})
            self.becomes(agent, "t", "passing")
        self.becomes(agent, "t", "critical")

    def test_scripts(self):
        agent = self.agent(enable_script_checks=True).start()
        for code, status in ((0, "passing"), (1, "warning"), (2, "critical")):
            agent.put("/v1/agent/check/register", {"ID": f"x{code}", "Name": "x", "Interval": "200ms", "Args": [
                "/bin/sh", "-c", f"echo said {code}; exit {code}"]})
            if status != "critical":
                self.becomes(agent, f"x{code}", status)
            eventually(lambda: agent.get("/v1/agent/checks")[f"x{code}"]["Output"] == f"said {code}\n", 10, "output")
            self.assertEqual(self.status_of(agent, f"x{code}"), status)

    def test_a_script_that_hangs_is_ended(self):
        agent = self.agent(enable_script_checks=True).start()
        agent.put("/v1/agent/check/register", {"ID": "hang", "Name": "hang", "Interval": "1s", "Timeout": "300ms",
                                               "Status": "passing", "Args": ["/bin/sh", "-c", "sleep 60"]})
        self.becomes(agent, "hang", "critical")
        self.assertIn("Timed out", agent.get("/v1/agent/checks")["hang"]["Output"])

    def test_ttl_runs_out(self):
        agent = self.agent().start()
        agent.put("/v1/agent/check/register", {"ID": "ttl", "Name": "ttl", "TTL": "300ms"})
        agent.put("/v1/agent/check/pass/ttl", "")
        self.assertEqual(self.status_of(agent, "ttl"), "passing")
        self.becomes(agent, "ttl", "critical")

    def test_the_catalog_follows(self):
        agent = self.agent().start()
        agent.put("/v1/agent/service/register", {"Name": "web", "Check": {"CheckID": "w", "TTL": "1h"}})
        eventually(lambda: len(agent.get("/v1/health/service/web")) == 1, 10, "the service")
        self.assertEqual(agent.get("/v1/health/service/web?passing"), [])
        agent.put("/v1/agent/check/pass/w", "")
        eventually(lambda: len(agent.get("/v1/health/service/web?passing")) == 1, 5, "the passing service")


class ManyChecks(AgentTest):
    """./dev bench, row check_lateness, measures their punctuality."""

    CHECKS, ROUNDS = 1000, 5

    def test_a_thousand_checks_a_second_take_turns(self):
        target = CheckTarget()
        self.addCleanup(target.close)
        agent = self.agent(log_level="warn").start()
        connection = agent.connect(timeout=30)
        for check in target.checks(self.CHECKS):
            connection.request("PUT", "/v1/agent/check/register", body=json.dumps(check))
            response = connection.getresponse()
            self.assertEqual(response.status, 200, response.read())
            response.read()
        connection.close()
        eventually(lambda: len(target.times()) == self.CHECKS, 60, "each check's first attempt")
        target.forget()

        def rounds():
            counts = [len(times) for times in target.times().values()]
            return counts if len(counts) == self.CHECKS and min(counts) >= self.ROUNDS else None
        counts = eventually(rounds, 60, f"{self.ROUNDS} attempts of each check")
        self.assertLessEqual(max(counts), 2 * self.ROUNDS, "attempts of the check that ran most often")


if __name__ == "__main__":
    unittest.main()
