"""Strangers on the HTTP port: their requests and unread answers cost little, and others are served meanwhile."""

import contextlib
import http.client
import os
import resource
import socket
import time
import unittest

from agent import AgentTest, eventually

MIB = 1 << 20
RULES = 'key_prefix "free/" { policy = "write" }'


def memory(process):
    """Resident anonymous memory of the process in bytes."""
    with open(f"/proc/{process.pid}/status") as status:
        fields = dict(line.split(":", 1) for line in status)
    return int(fields["RssAnon"].split()[0]) * 1024


class HttpLimits(AgentTest):
    @classmethod
    def setUpClass(cls):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < 8192 <= hard or hard == resource.RLIM_INFINITY:
            resource.setrlimit(resource.RLIMIT_NOFILE, (8192, hard))

    def server(self, **config):
        return self.agent(log_level="warn", limits={"http_max_conns_per_client": 6000}, **config).start()

    def protected(self):
        acl = {"enabled": True, "default_policy": "deny", "tokens": {"initial_management": "root"}}
        one = self.agent(log_level="warn", acl=acl)
        one.start(ready=False)
        root = {"X-Consul-Token": "root"}

        def ready():
            answer = None
            with contextlib.suppress(OSError, http.client.HTTPException):
                answer = one.request("PUT", "/v1/kv/free/ready", "1", headers=root)
            return answer and answer[0] == 200
        eventually(ready, 30, "the agent's readiness")
        return one

    def connections(self, one, count, source="127.0.0.1"):
        out = []
        for _ in range(count):
            out.append(socket.create_connection(("127.0.0.1", one.ports["http"]), timeout=30,
                                                source_address=(source, 0)))
            self.addCleanup(out[-1].close)
        return out

    def ask_from(self, one, source, method, path, body=None, timeout=10):
        connection = http.client.HTTPConnection("127.0.0.1", one.ports["http"], timeout=timeout,
                                                source_address=(source, 0))
        with contextlib.closing(connection):
            connection.request(method, path, body=body)
            answer = connection.getresponse()
            return answer.status, answer.read()

    @staticmethod
    def head_of_answer(one):
        got = b""
        while b"\r\n\r\n" not in got:
            more = one.recv(65536)
            if not more:
                break
            got += more
        return got

    def assert_served(self, one, source="127.0.0.2"):
        """A well-behaved client at another address gets its answers without a long wait."""
        for number in range(10):
            begun = time.monotonic()
            self.assertEqual(self.ask_from(one, source, "PUT", f"/v1/kv/well/{number}", "x")[0], 200)
            self.assertEqual(self.ask_from(one, source, "GET", f"/v1/kv/well/{number}?raw"), (200, b"x"))
            self.assertLess(time.monotonic() - begun, 5)

    # --- the head decides

    def test_what_the_head_forbids_is_refused_before_the_body_is_sent(self):
        one = self.protected()
        for method, path, token, status in [
                ("PUT", "/v1/kv/secret", None, 403), ("PUT", "/v1/kv/free/a", "unknown", 403),
                ("PUT", "/v1/txn", "unknown", 403), ("PUT", "/v1/catalog/register", "unknown", 403),
                ("PUT", "/v1/agent/service/register", "unknown", 403), ("PUT", "/v1/snapshot", None, 403),
                ("PUT", "/v1/acl/policy", None, 403), ("PUT", "/v1/acl/token/x", None, 403),
                ("PUT", "/v1/agent/token/default", None, 403), ("PUT", "/v1/operator/keyring", None, 403),
                ("PUT", "/v1/operator/autopilot/configuration", None, 403), ("PUT", "/v1/event/fire/x", None, 403),
                ("PUT", "/v1/nothing", None, 404), ("POST", "/v1/kv/x", None, 405),
                ("PUT", "/v1/kv/x?cas=1&acquire=2", "root", 400)]:
            with self.subTest(path=path, token=token), self.connections(one, 1)[0] as client:
                client.settimeout(10)
                head = f"{method} {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n"
                head += f"X-Consul-Token: {token}\r\n" if token else ""
                client.sendall(head.encode() + b"\r\n")
                self.assertIn(f"HTTP/1.1 {status} ".encode(), self.head_of_answer(client))
                while client.recv(1000):  # until the server ends the connection
                    pass

    def test_a_client_that_may_not_write_is_not_told_to_continue(self):
        one = self.protected()
        with self.connections(one, 1)[0] as client:
            client.sendall(b"PUT /v1/kv/secret HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n")
            self.assertTrue(self.head_of_answer(client).startswith(b"HTTP/1.1 403 "))
        with self.connections(one, 1)[0] as client:
            client.sendall(b"PUT /v1/kv/free/a HTTP/1.1\r\nHost: a\r\nX-Consul-Token: root\r\n"
                           b"Expect: 100-continue\r\nContent-Length: 9\r\n\r\n")
            self.assertTrue(self.head_of_answer(client).startswith(b"HTTP/1.1 100 "))
            client.sendall(b"123456789")
            self.assertTrue(self.head_of_answer(client).startswith(b"HTTP/1.1 200 "))

    def test_each_route_has_its_limit(self):
        one = self.agent(log_level="warn", limits={"kv_max_value_size": 1000, "txn_max_req_len": 2000}).start()
        for path, limit, name in [("/v1/kv/x", 1000, "kv_max_value_size"), ("/v1/txn", 2000, "txn_max_req_len"),
                                  ("/v1/catalog/register", 524288, None), ("/v1/session/create", 524288, None),
                                  ("/v1/agent/service/register", 524288, None)]:
            with self.subTest(path=path):
                status, _, body = one.request("PUT", path, b"x" * (limit + 1))
                self.assertEqual(status, 413)
                text = f"Request body({limit + 1} bytes) too large, max size: {limit} bytes."
                text += f" See https://www.consul.io/docs/agent/config/config-files#{name}." if name else ""
                self.assertEqual(body.decode(), text)
        self.assertEqual(one.request("PUT", "/v1/kv/x", b"x" * 1000)[0], 200)

    # --- memory

    def test_large_bodies_that_do_not_end_take_no_more_than_their_share(self):
        one = self.server()
        before = memory(one.process)
        clients = self.connections(one, 600)
        for client in clients:
            client.sendall(b"PUT /v1/kv/big HTTP/1.1\r\nHost: a\r\nContent-Length: 524288\r\n\r\n")
            client.setblocking(False)
        body = b"x" * 524287  # one byte less than announced
        left = {client: body for client in clients}
        for _ in range(200):
            for client in list(left):
                with contextlib.suppress(BlockingIOError):
                    left[client] = left[client][client.send(left[client]):]
                if not left[client]:
                    del left[client]
        grown = memory(one.process) - before
        self.assertLess(grown, 96 * MIB, f"{len(clients) - len(left)} bodies were taken")
        self.assert_served(one)
        for client in clients:
            client.close()
        eventually(lambda: one.try_request("PUT", "/v1/kv/after", b"x" * 500000, timeout=10), 20, "room")
        self.assertEqual(one.request("PUT", "/v1/kv/after", b"x" * 500000)[0], 200)

    def test_answers_that_are_not_read_are_not_rendered(self):
        one = self.server()
        for number in range(40):
            one.put(f"/v1/kv/tree/{number}", os.urandom(500000))
        before = memory(one.process)
        clients = self.connections(one, 100)
        for number, client in enumerate(clients):
            # Each has its own answer of 27 MB, many times over, and nothing is read.
            request = f"GET /v1/kv/tree/?recurse&n={number} HTTP/1.1\r\nHost: a\r\n\r\n"
            client.sendall(request.encode() * 100)
        self.assert_served(one)
        self.assertLess(memory(one.process) - before, 400 * MIB)
        for client in clients:
            client.close()
        eventually(lambda: memory(one.process) - before < 400 * MIB, 20, "memory given back")
        self.assertEqual(one.request("GET", "/v1/kv/tree/1?raw")[0], 200)

    def test_requests_sent_ahead_wait_for_their_sender_to_read(self):
        one = self.server()
        one.put("/v1/kv/page", b"x" * 200000)
        before = memory(one.process)
        clients = self.connections(one, 50)
        for client in clients:
            client.setblocking(False)
        request = b"GET /v1/kv/page?raw HTTP/1.1\r\nHost: a\r\n\r\n" * 500
        for client in clients:
            with contextlib.suppress(BlockingIOError):
                client.send(request)
        self.assert_served(one)
        self.assertLess(memory(one.process) - before, 64 * MIB)
        # A client that resumes reading gets all its answers.
        clients[0].setblocking(True)
        clients[0].settimeout(10)
        got = 0
        while got < 100 * 200000:
            more = clients[0].recv(1 << 20)
            self.assertTrue(more)
            got += len(more)

    def test_two_thousand_idle_connections_hinder_nobody(self):
        one = self.server()
        before = memory(one.process)
        idle = self.connections(one, 1000)
        for client in self.connections(one, 1000):
            client.sendall(b"GET /v1/status/leader HTTP/1.1\r\nHost: a\r\nX-Half: ")
            idle.append(client)
        self.assert_served(one)
        self.assertLess(memory(one.process) - before, 64 * MIB)

    # --- time

    def test_heads_and_bodies_that_trickle_are_ended(self):
        one = self.server()
        head, body = self.connections(one, 2)
        head.sendall(b"GET /v1/status/leader HTTP/1.1\r\nHost: a\r\n")
        body.sendall(b"PUT /v1/kv/slow HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
        for client in (head, body):
            client.settimeout(0.2)
        deadline = time.monotonic() + 60
        trickling = {head: b"X-A: b\r\n", body: b"y"}
        while trickling and time.monotonic() < deadline:
            for client, piece in list(trickling.items()):
                try:
                    client.sendall(piece)
                    if client.recv(1000) == b"":
                        del trickling[client]
                except socket.timeout:
                    pass
                except OSError:
                    del trickling[client]
        self.assertFalse(trickling, "a slow sender was never ended")
        self.assert_served(one)

    # --- archives

    def test_an_archive_goes_to_disk_and_not_into_memory(self):
        one = self.server()
        before = memory(one.process)
        most = before
        with self.connections(one, 1)[0] as client:
            client.sendall(b"PUT /v1/snapshot HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % (300 * MIB))
            for _ in range(300):
                client.sendall(b"\0" * MIB)
                most = max(most, memory(one.process))
            self.assertTrue(self.head_of_answer(client).startswith(b"HTTP/1.1 500 "))
        self.assertLess(most - before, 32 * MIB)
        self.assertEqual([name for name in os.listdir(one.data_dir) if "scratch" in name], [])
        self.assert_served(one)

    def test_an_archive_is_sent_from_disk(self):
        one = self.server()
        for number in range(120):
            one.put(f"/v1/kv/tree/{number}", os.urandom(500000))
        before = memory(one.process)
        most = before
        archive = bytearray()
        with contextlib.closing(one.connect(60)) as client:
            client.request("GET", "/v1/snapshot")
            answer = client.getresponse()
            self.assertEqual(answer.status, 200)
            while more := answer.read(1 << 20):
                archive += more
                most = max(most, memory(one.process))
        self.assertGreater(len(archive), 60000000)
        self.assertLess(most - before, 40 * MIB)
        one.put("/v1/kv/later", "1")
        status, _, answer = one.request("PUT", "/v1/snapshot", bytes(archive), timeout=60)
        self.assertEqual((status, answer), (200, b""))
        self.assertEqual(one.request("GET", "/v1/kv/later")[0], 404)


if __name__ == "__main__":
    unittest.main()
