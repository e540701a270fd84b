"""Arbitrary input from non-members over the servers' ports is rejected by name, logged once per peer, and does not
affect the cluster."""

import base64
import contextlib
import os
import random
import shutil
import socket
import struct
import tempfile
import unittest

from agent import AgentTest, eventually
from ports import free_ports
from test_cluster_rotation import Authority

ALIVE = 1
KEY = base64.b64encode(bytes(range(32))).decode()
ETHERNET_IP, UDP, TCP = 0x0800, 17, 6

# Messages between agents of Consul 1.19.2, as captured on the wire.
CONSUL_PING = bytes.fromhex("0085a44e6f6465a26332a55365714e6f08aa536f7572636541646472a47f000001aa536f757263654e6f6465a26331"
                            "aa536f75726365506f7274cd206d")
CONSUL_COMPOUND = bytes.fromhex("0702003d00120085a44e6f6465a26332a55365714e6f01aa536f7572636541646472a47f000001aa536f757263"
                                "654e6f6465a26331aa536f75726365506f7274cd206d080182a54c54696d6501a44e6f6465a26332")
CONSUL_EVENT = bytes.fromhex("0caf63400d080384a24343c2a54c54696d6501a44e616d65b1636f6e73756c3a6e65772d6c6561646572a75061796c"
                             "6f6164a26331")
CONSUL_PUSH_PULL = bytes.fromhex("0982a4416c676f00a3427566da0137000d0c22a5e44d1a37c34a397943a6cc9c00acaacc2923670a9d3074ca30")
TLS_HELLO = b"\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03" + bytes(32) + b"\x00\x00\x02\x13\x01\x01\x00"
HTTP = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
NOISE = random.Random(5).randbytes(300)


def frame(body, kind=b"PF", length=None):
    """A gossip frame, valid by default."""
    return kind + b"\x01\x00" + struct.pack(">I", len(body) if length is None else length) + body


class Peers(AgentTest):
    """A server and a client of one datacenter on loopback addresses; every stranger has an address of its own."""

    settings = {}

    def setUp(self):
        self.network = random.randrange(20, 220)
        self.strangers = 100
        self.lan, self.wan, self.rpc = free_ports(3)
        self.first = self.member(1, bootstrap=True)
        self.second = self.member(2, server=False, bootstrap=False)
        self.unharmed()

    def member(self, number, role="server", **config):
        address = f"127.0.{self.network}.{number}"
        settings = {"node_name": f"n{number}", **self.settings, **config}
        one = self.agent(bind_addr=address, retry_join=[f"127.0.{self.network}.1:{self.lan}"], retry_interval="1s",
                         ports={"serf_lan": self.lan, "serf_wan": self.wan, "server": self.rpc}, **settings)
        one.address = address
        self.configure(one)
        return one.start(ready=False)

    def configure(self, one):
        """Configures an agent before it starts."""

    def unharmed(self):
        """The two are the only members, and both are served."""
        def whole():
            for one in (self.first, self.second):
                try:
                    members = {m["Name"]: (m["Status"], m["Addr"]) for m in one.get("/v1/agent/members")}
                    if members != {"n1": (ALIVE, self.first.address), "n2": (ALIVE, self.second.address)}:
                        return False
                    one.put("/v1/kv/served", "yes")
                    if one.request("GET", "/v1/kv/served?raw&consistent")[2] != b"yes":
                        return False
                except (OSError, AssertionError):
                    return False
            return True
        eventually(whole, 30, "the two members' service")

    def stranger(self):
        self.strangers += 1
        return f"127.0.{self.network}.{self.strangers}"

    def refusals(self, address, one=None):
        return [line for line in (one or self.first).output().splitlines()
                if f"from={address}:" in line and "refused" in line]

    def logged_once(self, address, reason):
        line = eventually(lambda: self.refusals(address), 15, f"a line about {address}: {reason}")
        self.assertEqual(len(line), 1, line)
        self.assertIn(reason, line[0])

    def connect(self, address, port):
        one = socket.socket()
        self.addCleanup(one.close)
        one.settimeout(10)
        one.bind((address, 0))
        one.connect((self.first.address, port))
        return one

    def send_stream(self, address, port, data):
        """@returns the received bytes until the peer closes."""
        answer = b""
        with self.connect(address, port) as one, contextlib.suppress(OSError):
            one.sendall(data)
            one.shutdown(socket.SHUT_WR)
            while more := one.recv(65536):
                answer += more
        return answer

    def send_packets(self, address, port, *packets):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.bind((address, 0))
            for data in packets:
                one.sendto(data, (self.first.address, port))

    def refuse_streams(self, port, cases, times=5):
        for data, reason in cases:
            with self.subTest(port=port, data=data[:16], reason=reason):
                address = self.stranger()
                for _ in range(times):
                    self.send_stream(address, port, data)
                self.logged_once(address, reason)


class BadPeers(Peers):
    def test_the_port_of_servers(self):
        self.refuse_streams(self.rpc, [
            (HTTP, "speaks HTTP; this is the server RPC port"),
            (b"\xf3" + NOISE, "speaks no server RPC of Praetor"),
            (TLS_HELLO, "speaks TLS, for which this agent has no certificate"),
            (b"\x04", "speaks Consul's own server RPC (type 4"),
            (b"\x08" + NOISE, "speaks Consul's own server RPC (type 8"),
            (b"PRTR\x00\x00", "closed the connection before it said who it is"),
            (b"PRTR\x00\x00\x00\x40\x81\xa2", "closed the connection before it said who it is"),
            (b"PRTR\xff\xff\xff\xff" + NOISE, "announces a hello of 4294967295 bytes"),
            (b"PRTR\x00\x00\x00\x04\xc1\xc1\xc1\xc1", "sent a damaged hello"),
        ])
        self.unharmed()

    def test_the_ports_of_gossip(self):
        for port in (self.lan, self.wan):
            self.refuse_streams(port, [
                (NOISE, "it is no gossip of Praetor"),
                (HTTP, "it is no gossip of Praetor"),
                (CONSUL_PUSH_PULL, "it is Consul's own gossip (first byte 9)"),
                (b"PF\x01", "it is a frame header cut short"),
                (frame(b"\x01" * 20, length=5000), "its frame has 28 bytes instead of 5008"),
                (frame(b"", length=0xffffffff), "is over the limit of"),
                (frame(b"\x01" + NOISE), "stream message of"),
                (frame(NOISE, b"PX"), "it is encrypted, but this agent has no gossip key"),
                (b"PG\x01" + NOISE, "it is a gossip packet where a stream's frame is expected"),
            ])
            for data, reason in [
                (NOISE, "it is no gossip of Praetor"),
                (CONSUL_PING, "it is Consul's own gossip (first byte 0)"),
                (CONSUL_COMPOUND, "it is Consul's own gossip (first byte 7)"),
                (CONSUL_EVENT, "it is Consul's own gossip (first byte 12)"),
                (b"PG\x07" + NOISE, "it speaks version 7 of the gossip format"),
                (b"PG\x01\x00\x20\x01", "it ends within a message"),
                (b"PE\x01" + NOISE, "it is encrypted, but this agent has no gossip key"),
                (frame(NOISE), "it is a gossip stream's frame where a packet is expected"),
            ]:
                with self.subTest(port=port, data=data[:16], reason=reason):
                    address = self.stranger()
                    # Datagrams may be lost: sends until one was noticed, and then some more.
                    eventually(lambda: self.send_packets(address, port, data) or self.refusals(address), 15, reason)
                    self.send_packets(address, port, *[data] * 50)
                    self.logged_once(address, reason)
        self.unharmed()

    def test_a_flood_of_everything_fills_no_log(self):
        address, chance = self.stranger(), random.Random(7)
        for port in (self.lan, self.wan):
            for _ in range(300):
                self.send_packets(address, port, chance.randbytes(chance.randrange(1, 100)),
                                  b"PG\x01" + chance.randbytes(chance.randrange(1, 100)))
            for _ in range(30):
                self.send_stream(address, port, frame(chance.randbytes(20), length=chance.randrange(1 << 32)))
        for _ in range(30):
            self.send_stream(address, self.rpc, chance.randbytes(chance.randrange(1, 100)))
        self.unharmed()
        self.assertLess(len(self.refusals(address)), 30)

    def test_a_name_that_is_taken(self):
        taker = self.member(3, node_name="n2", server=False, bootstrap=False)
        line = eventually(lambda: [each for each in self.first.output().splitlines()
                                   if "Node name conflict" in each and taker.address in each], 20, "the conflict")
        eventually(lambda: taker.try_get("/v1/agent/self"), 20, "the taker's answer")
        for _ in range(3):
            taker.request("PUT", f"/v1/agent/join/{self.first.address}:{self.lan}")
        self.unharmed()
        [node] = [n for n in self.first.get("/v1/catalog/nodes") if n["Node"] == "n2"]
        self.assertEqual(node["Address"], self.second.address)
        line = [each for each in self.first.output().splitlines() if "Node name conflict" in each]
        self.assertEqual(len(line), 1, line)
        taker.kill()
        self.unharmed()

    def test_a_node_id_that_is_taken(self):
        id = self.second.get("/v1/agent/self")["Config"]["NodeID"]
        taker = self.member(4, node_id=id, server=False, bootstrap=False)
        line = eventually(lambda: [each for each in self.first.output().splitlines()
                                   if "refused" in each and taker.address in each], 20, "the refusal")
        self.assertIn(id, line[0])
        for _ in range(3):
            status, _, answer = eventually(
                lambda: taker.try_request("PUT", f"/v1/agent/join/{self.first.address}:{self.lan}", timeout=10), 20,
                "an answer")
            self.assertEqual(status, 500)
            self.assertIn(id, answer.decode())
        line = [each for each in self.first.output().splitlines() if "refused" in each and taker.address in each]
        self.assertEqual(len(line), 1, line)
        self.unharmed()


def may_listen():
    """Whether this process may capture packets of the loopback interface."""
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETHERNET_IP)).close()
        return True
    except (OSError, AttributeError):
        return False


class Encrypted(Peers):
    settings = {"encrypt": KEY}

    def overhear(self):
        """@returns (packets, first bytes of streams) of gossip from the second member to the first."""
        packets, streams = [], {}
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETHERNET_IP)) as ear:
            ear.bind(("lo", 0))
            ear.settimeout(0.2)

            def join():
                self.second.put(f"/v1/agent/join/{self.first.address}:{self.lan}")

            def heard():
                try:
                    data = ear.recv(65536)[14:]
                except TimeoutError:
                    # Nothing is in transit any more: missing packets were dropped before they could be read.
                    join()
                else:
                    head = (data[0] & 15) * 4
                    body = data[head:struct.unpack(">H", data[2:4])[0]]
                    if socket.inet_ntoa(data[12:16]) == self.second.address and len(body) >= 8:
                        source, port = struct.unpack(">HH", body[:4])
                        if data[9] == UDP and port == self.lan:
                            packets.append(body[8:])
                        if data[9] == TCP and port == self.lan and body[(body[12] >> 4) * 4:]:
                            streams.setdefault(source, b"")
                            streams[source] += body[(body[12] >> 4) * 4:]
                whole = [s for s in streams.values() if len(s) > 8 and len(s) == 8 + struct.unpack(">I", s[4:8])[0]]
                return whole if len(packets) >= 5 else None
            join()
            whole = eventually(heard, 20, "packets and a state of the second member")
        return packets, whole

    @unittest.skipUnless(may_listen(), "listening on loopback needs root")
    def test_what_was_overheard_is_of_no_use(self):
        packets, streams = self.overhear()
        self.assertTrue(all(p.startswith(b"PE\x01") for p in packets), [p[:4] for p in packets])
        self.assertTrue(all(s.startswith(b"PX\x01") for s in streams), [s[:4] for s in streams])
        state = max(streams, key=len)
        address = self.stranger()
        for _ in range(5):
            self.send_packets(address, self.lan, *packets)
            for answer in [self.send_stream(address, self.lan, s) for s in streams]:
                self.assertTrue(not answer or answer.startswith(b"PX\x01"), answer[:8])
        self.unharmed()
        altered = state[:-20] + bytes([state[-20] ^ 1]) + state[-19:]
        self.refuse_streams(self.lan, [
            (state[:len(state) // 2], f"its frame has {len(state) // 2} bytes instead of {len(state)}"),
            (altered, "no installed gossip key fits"),
            (frame(b"\x01" + NOISE), "it is not encrypted, but this agent's gossip is"),
        ])
        address = self.stranger()
        cut = packets[0][:-1]
        eventually(lambda: self.send_packets(address, self.lan, cut) or self.refusals(address), 15, "the refusal")
        self.send_packets(address, self.lan, *[cut] * 20)
        self.logged_once(address, "no installed gossip key fits")
        self.unharmed()


class Verified(Peers):
    """Server RPC requires certificates of the CA."""

    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="praetor-verified-")
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.authority = Authority(os.path.join(self.home, "authority"))
        super().setUp()

    def configure(self, one):
        certificate, key = self.authority.issue("server" if one.config["server"] else "client")
        one.config["tls"] = {"internal_rpc": {
            "ca_file": self.authority.certificate, "cert_file": certificate, "key_file": key,
            "verify_incoming": True, "verify_outgoing": True, "verify_server_hostname": True}}

    def test_who_has_no_certificate(self):
        self.refuse_streams(self.rpc, [
            (b"PRTR\x00\x00\x00\x01\x80", "speaks without TLS, which tls.internal_rpc.verify_incoming demands here"),
            (HTTP, "speaks HTTP; this is the server RPC port"),
            (TLS_HELLO, "TLS"),
            (b"\x03" + TLS_HELLO, "speaks Consul's own server RPC (type 3, RPC over TLS)"),
        ])
        self.unharmed()


if __name__ == "__main__":
    unittest.main()
