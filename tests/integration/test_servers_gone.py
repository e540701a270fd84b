"""A client agent whose servers are gone answers at once, however long it would wait for a leader."""

import socket
import struct
import threading

from agent import AgentTest, eventually

SERVFAIL, NXDOMAIN = 2, 3
# Longer than the timeout of any request here: an answer means that there was no wait.
HOLD = "20m"


class ServersGone(AgentTest):
    def setUp(self):
        self.server = self.agent(node_name="one").start()
        self.client = self.agent(node_name="two", server=False, bootstrap=False,
                                 retry_join=[f"127.0.0.1:{self.server.ports['serf_lan']}"],
                                 performance={"raft_multiplier": 1, "rpc_hold_timeout": HOLD}).start()

    def dns(self, name, timeout=10):
        """@returns the return code of an A query over UDP."""
        question = struct.pack(">6H", 7, 0x0100, 1, 0, 0, 0)
        question += b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\0" + struct.pack(">2H", 1, 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.settimeout(timeout)
            one.sendto(question, ("127.0.0.1", self.client.ports["dns"]))
            return one.recv(65535)[3] & 15

    def test_requests_fail_at_once_and_those_that_are_held_with_them(self):
        held = []
        self.server.kill()
        waiting = threading.Thread(target=lambda: held.append(
            self.client.request("GET", "/v1/kv/held", timeout=60)[::2]), daemon=True)
        waiting.start()
        # Names that do not depend on the catalog are not forwarded.
        self.assertEqual(self.dns("nonsense.consul"), NXDOMAIN)
        self.assertEqual(self.dns("0a000001.addr.consul"), 0)
        eventually(lambda: self.client.statuses().get("one") == 4, 30, "the server's failure")
        waiting.join(10)
        gone = (500, b"No known Consul servers")
        self.assertEqual(held, [gone])
        self.assertEqual(self.client.request("GET", "/v1/kv/x")[::2], gone)
        self.assertEqual(self.client.request("PUT", "/v1/kv/x", "y")[::2], gone)
        self.assertEqual(self.client.request("GET", "/v1/catalog/nodes?stale")[::2], gone)
        self.assertEqual(self.client.request("GET", "/v1/catalog/nodes?index=1")[::2], gone)
        for name in ("web.service.consul", "one.node.consul", "1.0.0.127.in-addr.arpa"):
            self.assertEqual(self.dns(name), SERVFAIL, name)
        self.server.start()
        eventually(lambda: self.client.try_get("/v1/catalog/nodes"), 60, "the server's return")
        eventually(lambda: self.dns("one.node.consul") == 0, 10, "the server's name")
