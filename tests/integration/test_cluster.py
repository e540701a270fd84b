"""Every agent of a cluster gives the leader's answer: requests are forwarded."""

import json
import socket
import struct
import threading

import network
from agent import eventually
from cluster import ClusterTest


def dns_addresses(one, name, timeout=10):
    """@returns (return code, addresses) of an A query over UDP to an agent."""
    question = struct.pack(">6H", 7, 0x0100, 1, 0, 0, 0)
    question += b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0" + struct.pack(">2H", 1, 1)
    with network.inside(one.host.namespace):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with sock:
        sock.settimeout(timeout)
        sock.sendto(question, ("127.0.0.1", 8600))
        answer = sock.recv(65535)
    count, at, found = struct.unpack(">H", answer[6:8])[0], len(question), []
    for _ in range(count):
        at += 2 if answer[at] >= 0xc0 else answer.index(b"\0", at) - at + 1
        kind, _, _, length = struct.unpack(">2HIH", answer[at:at + 10])
        at += 10
        if kind == 1:
            found.append(socket.inet_ntoa(answer[at:at + length]))
        at += length
    return answer[3] & 15, found


class Forwarding(ClusterTest):
    @classmethod
    def setUpClass(cls):
        if network.missing():
            return
        from cluster import Cluster
        cls.shared = Cluster(servers=3, clients=1).start()
        cls.addClassCleanup(cls.shared.close)
        leader = cls.shared.leader()
        cls.leader, cls.client = leader, cls.shared.clients[0]
        cls.followers = [one for one in cls.shared.servers if one is not leader]
        cls.others = cls.followers + [cls.client]

    def test_writes_through_any_agent_are_read_through_any_other(self):
        for number, writer in enumerate(self.shared.agents.values()):
            key = f"/v1/kv/any/{number}"
            self.assertEqual(writer.put(key, f"of {number}").strip(), b"true")
            for reader in self.shared.agents.values():
                status, headers, body = reader.request("GET", key + "?raw")
                self.assertEqual((status, body), (200, f"of {number}".encode()))
                self.assertEqual(headers["X-Consul-KnownLeader"], "true")
                self.assertEqual(headers["X-Consul-LastContact"], "0")
                self.assertEqual(reader.request("GET", key + "?raw&consistent")[2], f"of {number}".encode())

    def test_compare_and_set_answers_its_own_outcome(self):
        for number, one in enumerate(self.others):
            key = f"/v1/kv/cas/{number}"
            self.assertEqual(one.put(key + "?cas=0", "a").strip(), b"true")
            self.assertEqual(one.put(key + "?cas=0", "b").strip(), b"false")
            index = one.get(key)[0]["ModifyIndex"]
            self.assertEqual(one.put(key + f"?cas={index}", "c").strip(), b"true")

    def test_errors_are_those_of_the_leader(self):
        for one in self.others:
            self.assertEqual(one.request("GET", "/v1/kv/none")[0], 404)
            self.assertEqual(one.request("GET", "/v1/kv/x?index=wrong")[::2], (400, b"Invalid index"))
            self.assertEqual(one.request("PUT", "/v1/session/renew/no-such-id")[0], 404)
            self.assertEqual(one.request("GET", "/v1/kv/x?dc=elsewhere")[::2], (500, b"No path to datacenter"))

    def test_a_session_without_a_node_is_of_the_node_that_was_asked(self):
        for one in self.others:
            name = one.config["node_name"]
            eventually(lambda: self.leader.get(f"/v1/catalog/node/{name}"), 10, f"{name} in the catalog")
            made = json.loads(one.put("/v1/session/create", {"NodeChecks": []}))
            session = self.leader.get(f"/v1/session/info/{made['ID']}")[0]
            self.assertEqual(session["Node"], name)
            self.assertEqual(one.put(f"/v1/session/destroy/{made['ID']}").strip(), b"true")

    def test_stale_reads_say_how_old_they_may_be(self):
        self.leader.put("/v1/kv/stale", "x")
        for one in self.others:
            eventually(lambda: one.request("GET", "/v1/kv/stale?stale&raw")[2] == b"x", 5, "the follower's copy")
            status, headers, _ = one.request("GET", "/v1/kv/stale?stale")
            self.assertEqual(status, 200)
            self.assertEqual(headers["X-Consul-KnownLeader"], "true")
            self.assertLess(int(headers["X-Consul-LastContact"]), 2000)
            self.assertEqual(one.request("GET", "/v1/kv/stale?max_stale=1ns&raw")[2], b"x")

    def test_a_blocking_query_waits_at_the_leader(self):
        for number, one in enumerate(self.others):
            key = f"/v1/kv/wait/{number}"
            one.put(key, "before")
            index = one.get(key)[0]["ModifyIndex"]
            status, headers, _ = one.request("GET", f"{key}?index={index}&wait=100ms")
            self.assertEqual((status, headers["X-Consul-Index"]), (200, str(index)))
            seen = []
            waiter = threading.Thread(target=lambda: seen.append(
                one.request("GET", f"{key}?index={index}&wait=60s&raw", timeout=30)))
            waiter.start()
            self.leader.put(key, "after")
            waiter.join(30)
            self.assertEqual(seen[0][2], b"after")
            self.assertGreater(int(seen[0][1]["X-Consul-Index"]), index)

    def test_the_leader_and_its_peers_are_named_by_all(self):
        address = f"{self.leader.host.address}:8300"
        peers = sorted(f"{one.host.address}:8300" for one in self.shared.servers)
        for one in self.shared.agents.values():
            self.assertEqual(one.get("/v1/status/leader"), address)
            self.assertEqual(sorted(one.get("/v1/status/peers")), peers)

    def test_what_a_client_agent_registers_is_in_the_catalog(self):
        self.client.put("/v1/agent/service/register",
                        {"Name": "web", "Port": 80, "Check": {"TTL": "60s", "Status": "passing"}})
        address = self.client.host.address

        def listed(one):
            found = one.get("/v1/health/service/web?passing")
            return [entry["Node"]["Address"] for entry in found] == [address]
        for one in self.shared.agents.values():
            eventually(lambda: listed(one), 10, "the service in the catalog")
        for one in self.shared.agents.values():
            self.assertEqual(dns_addresses(one, "web.service.consul"), (0, [address]))
            self.assertEqual(dns_addresses(one, "none.service.consul"), (3, []))
            self.assertEqual(dns_addresses(one, "c1.node.consul"), (0, [address]))
        self.client.put("/v1/agent/check/fail/service:web")
        eventually(lambda: not self.leader.get("/v1/health/service/web?passing"), 10, "the failing check")
        eventually(lambda: dns_addresses(self.client, "web.service.consul") == (3, []), 10, "no healthy instance")
        self.client.put("/v1/agent/service/deregister/web")
        eventually(lambda: not self.leader.get("/v1/catalog/service/web"), 10, "the service's end")


class WithoutLeader(ClusterTest):
    def test_a_blocking_query_outlives_the_leader(self):
        cluster = self.cluster(servers=3, clients=1)
        client, leader = cluster.clients[0], cluster.leader()
        follower = next(one for one in cluster.servers if one is not leader)
        client.put("/v1/kv/outlives", "before")
        index = client.get("/v1/kv/outlives")[0]["ModifyIndex"]
        seen = {}

        def wait(one):
            seen[one] = one.request("GET", f"/v1/kv/outlives?index={index}&wait=60s&raw", timeout=60)
        waiters = [threading.Thread(target=wait, args=(one,)) for one in (client, follower)]
        for waiter in waiters:
            waiter.start()
        leader.kill()
        # A write that was sent before its agent heard of the leader's end has an unknown outcome, and is repeated.
        eventually(lambda: client.request("PUT", "/v1/kv/outlives", "after", timeout=30)[0] == 200, 30, "the write")
        for waiter in waiters:
            waiter.join(60)
        self.assertEqual([seen[one][2] for one in (client, follower)], [b"after", b"after"])

    def test_agents_without_servers_say_so(self):
        cluster = self.cluster(servers=3, clients=1)
        # A leader that loses its quorum already has the write in its log and reports an unknown outcome; a follower
        # knows that its write was not appended.
        leader = cluster.leader()
        client, last = cluster.clients[0], next(one for one in cluster.servers if one is not leader)
        client.put("/v1/kv/before", "x")
        for one in cluster.servers:
            if one is not last:
                one.kill()
        status, _, body = last.request("PUT", "/v1/kv/alone", "x", timeout=30)
        self.assertEqual((status, body), (500, b"No cluster leader"))
        self.assertEqual(last.request("GET", "/v1/kv/before?stale&raw")[2], b"x")
        last.kill()
        self.assertEqual(client.request("GET", "/v1/kv/before", timeout=30)[0], 500)

    def test_a_leader_without_its_quorum_does_not_keep_a_writer_waiting(self):
        cluster = self.cluster(servers=3)
        leader = cluster.leader()
        for one in cluster.servers:
            if one is not leader:
                one.kill()
        self.assertEqual(leader.request("PUT", "/v1/kv/alone", "x", timeout=20)[0], 500)

    def test_a_client_agent_alone(self):
        cluster = self.cluster(servers=0, clients=1, start=False)
        client = cluster.clients[0].start()
        eventually(lambda: client.try_get("/v1/agent/self"), 10, "the client agent")
        status, _, body = client.request("GET", "/v1/kv/x")
        self.assertEqual((status, body), (500, b"No known Consul servers"))
        self.assertEqual(client.request("PUT", "/v1/kv/x", "y")[::2], (500, b"No known Consul servers"))
        self.assertEqual(client.get("/v1/agent/services"), {})
