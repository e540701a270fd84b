"""The agent answers arbitrary input over its sockets precisely or closes the connection, and survives."""

import json
import os
import random
import socket
import struct
import threading
import time
import unittest
from urllib.parse import quote

from agent import Agent, AgentTest, eventually


class BadInput(AgentTest):
    @classmethod
    def setUpClass(cls):
        cls.one = Agent(log_level="warn").start()

    @classmethod
    def tearDownClass(cls):
        cls.one.close()

    def tearDown(self):
        self.assertTrue(self.one.alive(), self.one.output()[-2000:])
        self.assertEqual(self.one.request("GET", "/v1/status/leader")[0], 200)

    def status(self, data):
        answer = self.one.raw(data, timeout=2)
        return int(answer.split(b" ")[1]) if answer.startswith(b"HTTP/1.") else answer

    def memory(self):
        """@returns the agent's peak memory in bytes."""
        with open(f"/proc/{self.one.process.pid}/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))

    def test_countless_operations_of_a_transaction_take_no_memory(self):
        before = self.memory()
        body = "[" + "{}," * 170_000 + "{}]"
        status, _, answer = self.one.request("PUT", "/v1/txn", body)
        self.assertEqual((status, answer), (413, b"Transaction contains too many operations (170001 > 128)"))
        self.assertLess(self.memory() - before, 50 << 20)

    def test_filters_beyond_their_limits_are_refused_and_large_ones_are_answered(self):
        def filtered(text):
            status, _, body = self.one.request("GET", "/v1/catalog/nodes?filter=" + quote(text))
            return status, body

        prefix = b"Failed to create boolean expression evaluator: "
        self.assertEqual(filtered(" or ".join(['Node matches "^a"'] * 33)),
                         (400, prefix + b"more than 32 regular expressions"))
        self.assertEqual(filtered("Node == `" + "a" * 140_000 + "`")[0], 400)
        self.assertNotIn(b"it", filtered("Node matches `^never$`")[1])
        many = " or ".join(f"Node == n{i}" for i in range(1000)) + " or Node matches `^it$`"
        status, body = filtered(many)
        self.assertEqual(status, 200)
        self.assertIn(b'"Node":"it"', body)

    def test_a_query_with_a_pattern_waits_for_a_change_and_for_its_end(self):
        path = "/v1/catalog/nodes?filter=" + quote("Node matches `^waited`")
        _, headers, body = self.one.request("GET", path)
        self.assertEqual(body, b"[]")
        index = int(headers["X-Consul-Index"])
        began = time.monotonic()
        status, headers, body = self.one.request("GET", f"{path}&index={index}&wait=300ms", timeout=20)
        self.assertEqual((status, body), (200, b"[]"))
        self.assertGreaterEqual(time.monotonic() - began, 0.3)
        answers = []
        waiting = threading.Thread(
            target=lambda: answers.append(self.one.request("GET", f"{path}&index={index}&wait=60s", timeout=70)))
        waiting.start()
        self.one.put("/v1/catalog/register", json.dumps({"Node": "waited-for", "Address": "10.9.9.9"}))
        waiting.join()
        self.assertIn(b"waited-for", answers[0][2])
        self.assertGreater(int(answers[0][1]["X-Consul-Index"]), index)

    def test_malformed_requests_get_400(self):
        for data in [b"garbage\r\n\r\n", b"GET /v1/status/leader\r\n\r\n", b"GET  HTTP/1.1\r\nHost: a\r\n\r\n",
                     b"GET /v1/status/leader HTTP/1.1\r\n\r\n",
                     b"GET /v1/status/leader HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
                     b"PUT /v1/kv/x HTTP/1.1\r\nHost: a\r\nContent-Length: abc\r\n\r\n",
                     b"PUT /v1/kv/x HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
                     b"PUT /v1/kv/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                     b"GET /v1/kv/%zz HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /v1/kv/% HTTP/1.1\r\nHost: a\r\n\r\n",
                     b"GET /v1/kv/a%00b HTTP/1.1\r\nHost: a\r\n\r\n"]:
            with self.subTest(data=data[:60]):
                self.assertEqual(self.status(data), 400)

    def test_other_protocols_are_refused(self):
        self.assertIn(self.status(b"GET / HTTP/9.9\r\nHost: a\r\n\r\n"), (400, 505))
        self.assertIn(self.status(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100), (400, b""))
        self.assertIn(self.status(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), (400, 404, 505, b""))

    def test_headers_beyond_the_limit_get_431(self):
        self.assertEqual(self.status(b"GET /v1/status/leader HTTP/1.1\r\nHost: a\r\nX: " + b"y" * (4 << 20)
                                     + b"\r\n\r\n"), 431)

    def test_bodies_beyond_the_limit_get_413(self):
        head = b"PUT /v1/kv/x HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"
        self.assertEqual(self.status(head % 524289 + b"x" * 524289), 413)
        self.assertEqual(self.status(head % (10 << 30)), 413)
        status, _, body = self.one.request("PUT", "/v1/kv/x", "x" * 600000)
        self.assertEqual(status, 413)
        self.assertIn(b"Request body(600000 bytes) too large, max size: 524288 bytes", body)
        chunked = b"PUT /v1/txn HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        self.assertIn(self.status(chunked + b"a0000\r\n" + b"x" * 0xa0000 + b"\r\n0\r\n\r\n"), (400, 413))

    def test_a_slow_sender_hinders_nobody(self):
        slow = [socket.create_connection(("127.0.0.1", self.one.ports["http"])) for _ in range(100)]
        try:
            for one in slow:
                one.sendall(b"PUT /v1/kv/slow HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nx")
            start = time.monotonic()
            for _ in range(20):
                self.assertEqual(self.one.request("PUT", "/v1/kv/quick", "x")[0], 200)
            self.assertLess(time.monotonic() - start, 5)
            slow[0].sendall(b"y" * 99)
            self.assertTrue(slow[0].recv(100).startswith(b"HTTP/1.1 200"))
        finally:
            for one in slow:
                one.close()

    def test_a_request_may_come_byte_by_byte(self):
        with socket.create_connection(("127.0.0.1", self.one.ports["http"]), timeout=10) as one:
            for byte in b"GET /v1/status/leader HTTP/1.1\r\nHost: a\r\n\r\n":
                one.sendall(bytes([byte]))
            self.assertTrue(one.recv(1000).startswith(b"HTTP/1.1 200"))

    def test_pipelined_requests_are_answered_in_order(self):
        self.one.put("/v1/kv/p1", "first")
        self.one.put("/v1/kv/p2", "second")
        answer = self.one.raw(b"GET /v1/kv/p1?raw HTTP/1.1\r\nHost: a\r\n\r\n"
                              b"GET /v1/kv/p2?raw HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        self.assertLess(answer.index(b"first"), answer.index(b"second"))

    def test_connections_cut_in_the_middle(self):
        request = b"PUT /v1/kv/cut HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n01234567890123456789"
        for size in range(0, len(request), 3):
            with socket.create_connection(("127.0.0.1", self.one.ports["http"])) as one:
                one.sendall(request[:size])

    @staticmethod
    def settled(value, quiet=0.3, timeout=10):
        """@returns the value once it has not changed for `quiet` seconds."""
        last, since = value(), time.monotonic()
        deadline = since + timeout
        while time.monotonic() - since < quiet and time.monotonic() < deadline:
            time.sleep(0.02)
            now = value()
            if now != last:
                last, since = now, time.monotonic()
        return last

    def test_cut_blocking_queries_leave_nothing_behind(self):
        self.one.put("/v1/kv/blocked", "x")
        index = self.one.request("GET", "/v1/kv/blocked")[1]["X-Consul-Index"]
        descriptors = f"/proc/{self.one.process.pid}/fd"
        before = self.settled(lambda: len(os.listdir(descriptors)))  # earlier connections may still be closing
        open_ones = []
        for _ in range(200):
            one = socket.create_connection(("127.0.0.1", self.one.ports["http"]))
            one.sendall(f"GET /v1/kv/blocked?index={index}&wait=300s HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            open_ones.append(one)
        eventually(lambda: len(os.listdir(descriptors)) >= before + 200, 10, "the connections")
        for one in open_ones:
            one.close()
        eventually(lambda: len(os.listdir(descriptors)) <= before + 5, 10, "their end")

    def test_random_bytes_over_http(self):
        chance = random.Random(2)
        threads = []
        for _ in range(60):
            data = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 400))) + b"\r\n\r\n"
            threads.append(threading.Thread(target=self.one.raw, args=(data, 1)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def test_malformed_json_gets_400(self):
        for path in ["/v1/agent/service/register", "/v1/agent/check/register", "/v1/catalog/register", "/v1/txn",
                     "/v1/session/create", "/v1/catalog/deregister"]:
            for body in [b"{", b"[", b'{"Name":', b"\xff\xfe", b'{"a" 1}', b"[" * 100000, b'{"Name": NaN}']:
                with self.subTest(path=path, body=body[:20]):
                    self.assertIn(self.one.request("PUT", path, body)[0], (400, 500))

    # --- DNS

    def ask(self, packet, timeout=1):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.settimeout(timeout)
            one.sendto(packet, ("127.0.0.1", self.one.ports["dns"]))
            try:
                return one.recv(65535)
            except OSError:
                return None

    @staticmethod
    def question(name=b"\x02it\x04node\x06consul\0", kind=1):
        return struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + name + struct.pack(">HH", kind, 1)

    def test_dns_garbage(self):
        good = self.question()
        chance = random.Random(3)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            for _ in range(2000):
                data = bytearray(good)
                for _ in range(chance.randrange(1, 6)):
                    data[chance.randrange(len(data))] = chance.randrange(256)
                one.sendto(bytes(data[:chance.randrange(len(data) + 1)]), ("127.0.0.1", self.one.ports["dns"]))
            for size in (0, 1, 11, 12, 512, 4096, 60000):
                one.sendto(bytes(chance.randrange(256) for _ in range(size)), ("127.0.0.1", self.one.ports["dns"]))
        # Garbage may fill the socket's buffer, so that a valid query is lost like any datagram: retry.
        answer = eventually(lambda: self.ask(good), 10, "an answer")
        self.assertEqual(answer[3] & 15, 0)

    def test_dns_over_tcp_with_bad_lengths(self):
        for data in (b"\0", b"\0\0", b"\xff\xffx", struct.pack(">H", 5) + b"hello", b"\0\x0c" + b"\xff" * 12):
            with socket.create_connection(("127.0.0.1", self.one.ports["dns"]), timeout=1) as one:
                one.sendall(data)
                try:
                    one.recv(1000)
                except OSError:
                    pass
        self.assertEqual(self.ask(self.question())[3] & 15, 0)

    def test_dns_pointer_loops(self):
        for name in (b"\xc0\x0c", b"\x01a\xc0\x0c", b"\xc0\xff", b"\x40" + b"a" * 64 + b"\0"):
            self.ask(self.question(name), timeout=0.3)


if __name__ == "__main__":
    unittest.main()
