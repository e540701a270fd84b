"""Strangers' connections never take the descriptors that clients, the log and gossip need: every port has a share of
the process's limit, in total and per address, and idle connections are closed."""

import os
import re
import resource
import socket
import struct
import threading
import time
import unittest

from agent import Agent, AgentTest, eventually

LIMIT = 700     # descriptors of the agents
CROWD = 2000    # connections that strangers try to hold on a port
STRANGERS = 20  # their addresses, besides one that tries to hold all by itself
SLOWEST = 1.0   # maximal latency of a well-behaved client's request


def query(name="consul.service.consul", identifier=7):
    """A DNS query for A records in TCP format."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    message = struct.pack(">HHHHHH", identifier, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", 1, 1)
    return struct.pack(">H", len(message)) + message


class LimitedAgent(Agent):
    """An agent whose soft and hard descriptor limits are set before it starts."""

    soft = hard = LIMIT

    def command(self, *arguments):
        limits = f"ulimit -S -n {self.soft} && ulimit -H -n {self.hard} && exec \"$@\""
        return ["sh", "-c", limits, "sh", *super().command(*arguments)]

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


class Descriptors(AgentTest):
    def setUp(self):
        # The strangers' own descriptors.
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < 4 * CROWD:
            self.skipTest(f"{hard} descriptors are too few for the strangers of this test")
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4 * CROWD), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))

    def limited(self, soft=LIMIT, hard=LIMIT, **config):
        config.setdefault("limits", {"http_max_conns_per_client": 200, "rpc_max_conns_per_client": 100})
        one = LimitedAgent(**config)
        one.soft, one.hard = soft, hard
        self.addCleanup(one.close)
        self.addCleanup(self.show_output, one)
        return one.start()

    def crowd(self, port, addresses, count=CROWD):
        """Opens silent connections, alternating the addresses. The agent may have closed some of them."""
        out = []
        for i in range(count):
            one = socket.socket()
            self.addCleanup(one.close)
            one.bind((addresses[i % len(addresses)], 0))
            one.settimeout(5)
            try:
                one.connect(("127.0.0.1", port))
            except OSError:
                one.close()
                continue
            out.append(one)
        return out

    def held(self, connections):
        """The number of connections that the agent has not closed."""
        out = 0
        for one in connections:
            one.setblocking(False)
            try:
                while one.recv(4096):  # a rejection may have a reason
                    pass
            except BlockingIOError:
                out += 1
            except OSError:
                pass
        return out

    def is_served(self, agent, label):
        """Writes and reads, each time as a new client. @returns the latency of the slowest request."""
        slowest = 0.0
        for i in range(20):
            began = time.monotonic()
            self.assertEqual(agent.request("PUT", f"/v1/kv/{label}/{i}", f"{label}{i}")[0], 200)
            self.assertEqual(agent.request("GET", f"/v1/kv/{label}/{i}?raw")[2], f"{label}{i}".encode())
            slowest = max(slowest, time.monotonic() - began)
        return slowest

    def answers_dns(self, agent, address="127.0.0.1", timeout=5):
        with socket.socket() as one:
            one.bind((address, 0))
            one.settimeout(timeout)
            try:
                one.connect(("127.0.0.1", agent.ports["dns"]))
                one.sendall(query())
                return len(one.recv(2)) == 2
            except OSError:
                return False

    def test_the_soft_limit_is_raised_to_the_hard_one(self):
        agent = self.limited(soft=300, hard=900)
        line = re.search(r"File descriptors: limit=900 soft_limit_before=300 .*", agent.output())
        self.assertTrue(line, agent.output()[:2000])
        with open(f"/proc/{agent.process.pid}/limits") as limits:
            self.assertRegex(limits.read(), r"Max open files +900 +900")

    def test_one_address_and_many_hold_all_ports_while_clients_are_served_and_writes_last(self):
        agent = self.limited()
        others = [f"127.0.1.{i}" for i in range(1, STRANGERS + 1)]
        for addresses, label in (["127.0.2.1"], "one"), (others, "many"):
            crowds = {name: self.crowd(agent.ports[name], addresses) for name in ("http", "dns", "server")}
            slowest = self.is_served(agent, label)
            self.assertLess(slowest, SLOWEST)
            self.assertLess(agent.descriptors(), LIMIT - 50, "the reserve of descriptors is used up")
            for name, connections in crowds.items():
                eventually(lambda: self.held(connections) < LIMIT // 3, what=f"the end of connections to {name}")
            eventually(lambda: self.answers_dns(agent), what="an answer over TCP from the DNS port")
            for one in (one for connections in crowds.values() for one in connections):
                one.close()
        self.assertIn("refused a connection from 127.0.2.1", agent.output())
        self.assertLess(agent.output().count("refused a connection from"), 40, "each refusal is logged")
        # Acknowledged writes survive a crash.
        agent.kill()
        agent.start()
        for label in "one", "many":
            for i in range(20):
                self.assertEqual(agent.request("GET", f"/v1/kv/{label}/{i}?raw")[2], f"{label}{i}".encode())

    def test_an_idle_connection_to_the_dns_port_ends(self):
        agent = self.limited()
        for sent in b"", query()[:1], query()[:9]:
            with socket.create_connection(("127.0.0.1", agent.ports["dns"]), timeout=20) as one:
                one.sendall(sent)
                self.assertEqual(one.recv(1), b"")
        with socket.create_connection(("127.0.0.1", agent.ports["dns"]), timeout=20) as one:
            for _ in range(2):
                one.sendall(query())
                length = struct.unpack(">H", one.recv(2, socket.MSG_WAITALL))[0]
                self.assertEqual(one.recv(length, socket.MSG_WAITALL)[:2], query()[2:4])
            self.assertEqual(one.recv(1), b"")

    def test_a_client_that_never_reads_its_dns_answers_is_ended(self):
        agent = self.limited()
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.settimeout(30)
            one.connect(("127.0.0.1", agent.ports["dns"]))
            with self.assertRaises(OSError):
                while True:
                    one.sendall(query() * 100)
        self.assertTrue(self.answers_dns(agent))

    def test_a_log_without_descriptors_waits_and_loses_nothing_while_reads_go_on(self):
        agent = self.limited()
        writer, reader = agent.connect(timeout=60), agent.connect()
        for one in writer, reader:  # from here on the agent can accept no connection
            self.addCleanup(one.close)
            one.request("GET", "/v1/status/leader")
            one.getresponse().read()
        agent.put("/v1/kv/before", "1")
        written = []

        def write():
            for i in range(60):  # 24 MB: the log needs new files
                writer.request("PUT", f"/v1/kv/during/{i}", str(i) + "x" * 400_000)
                answer = writer.getresponse()
                answer.read()
                if answer.status != 200:
                    return
                written.append(i)

        pid = agent.process.pid
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, LIMIT))
        thread = threading.Thread(target=write)
        thread.start()
        try:
            eventually(lambda: "no file descriptors are left" in agent.output(), 30, "the log's wait")
            for _ in range(20):
                reader.request("GET", "/v1/kv/before?raw&stale")
                answer = reader.getresponse()
                self.assertEqual((answer.status, answer.read()), (200, b"1"))
            self.assertTrue(agent.alive())
        finally:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (LIMIT, LIMIT))
            thread.join()
        eventually(lambda: "goes on: it has waited" in agent.output(), what="the end of the log's wait")
        self.assertTrue(agent.alive(), agent.output()[-2000:])
        self.assertEqual(len(written), 60, agent.output()[-2000:])
        agent.put("/v1/kv/after", "1")
        agent.kill()
        agent.start()
        for i in written:
            self.assertTrue(agent.request("GET", f"/v1/kv/during/{i}?raw")[2].startswith(str(i).encode() + b"x"), i)
        self.assertEqual(agent.request("GET", "/v1/kv/after?raw")[2], b"1")


if __name__ == "__main__":
    unittest.main()
