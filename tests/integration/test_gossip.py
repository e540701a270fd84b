"""Agents on loopback addresses find each other through gossip, and notice leaves and failures."""

import base64
import json
import os
import signal
import socket
import stat
import unittest

from agent import AgentTest, eventually
from ports import free_ports

ALIVE, LEAVING, LEFT, FAILED = 1, 2, 3, 4
KEY, OTHER_KEY = (base64.b64encode(bytes([n] * 16)).decode() for n in (7, 9))


class GossipTest(AgentTest):
    def setUp(self):
        self.serf = free_ports(1)[0]
        self.network = os.getpid() % 200 + 20

    def member(self, number, **config):
        """A server that binds 127.0.x.<number>; the first one bootstraps the cluster."""
        address = f"127.0.{self.network}.{number}"
        config.setdefault("bootstrap", number == 1)
        one = self.agent(node_name=f"n{number}", bind_addr=address, gossip_lan={
            "probe_interval": "100ms", "probe_timeout": "50ms", "gossip_interval": "20ms", "suspicion_mult": 2},
            ports={"serf_lan": self.serf, "serf_wan": -1}, **config)
        one.address = f"{address}:{self.serf}"
        one.start(ready=False)
        eventually(one.statuses, what="the agent's own membership")
        return one

    @staticmethod
    def keys_in(path):
        with open(path) as file:
            return json.load(file)

    def three(self, **config):
        first = self.member(1, **config)
        others = [self.member(n, retry_join=[first.address], **config) for n in (2, 3)]
        agents = [first, *others]
        for one in agents:
            eventually(lambda: one.statuses() == {f"n{n}": ALIVE for n in (1, 2, 3)}, 20, "three members")
        return agents

    def test_members_agree_and_notice_failures_and_leaves(self):
        first, second, third = self.three()
        self.assertIn("num_agents=1", second.output())
        second.kill()
        for one in (first, third):
            eventually(lambda: one.statuses().get("n2") == FAILED, 20, "n2's failure")
        third.put("/v1/agent/leave")
        self.assertEqual(third.process.wait(30), 0)
        eventually(lambda: first.statuses().get("n3") == LEFT, 20, "n3's leave")
        first.put("/v1/agent/force-leave/n2")
        eventually(lambda: first.statuses().get("n2") == LEFT, 20, "n2's forced leave")
        status, _, body = first.request("PUT", "/v1/agent/force-leave/nobody")
        self.assertEqual((status, body), (500, b"agent: No node found with name 'nobody'"))
        pool = first.get("/v1/agent/self")["Stats"]["serf_lan"]
        self.assertEqual((pool["members"], pool["left"], pool["failed"]), ("3", "2", "0"))

    def test_events_reach_all_agents(self):
        agents = self.three()
        status, _, body = agents[0].request("GET", "/v1/event/list")
        self.assertEqual((status, body.strip()), (200, b"[]"))
        agents[1].put("/v1/event/fire/deploy", "of the day")
        agents[1].put("/v1/event/fire/other?node=n3")
        for one in agents:
            events = eventually(lambda: one.get("/v1/event/list?name=deploy"), 10, "the event")
            self.assertEqual(base64.b64decode(events[0]["Payload"]), b"of the day")
        eventually(lambda: agents[2].get("/v1/event/list?name=other"), 10, "the event for one node")
        self.assertEqual(agents[0].get("/v1/event/list?name=other"), [])
        _, headers, _ = agents[0].request("GET", "/v1/event/list?name=deploy")
        event = agents[0].get("/v1/event/list?name=deploy")[0]["ID"].replace("-", "")
        self.assertEqual(int(headers["X-Consul-Index"]), int(event[:16], 16) ^ int(event[16:], 16))

    def test_keys_are_changed_on_all_members(self):
        first, *_ = agents = self.three(encrypt=KEY)
        for method, key in (("POST", OTHER_KEY), ("PUT", OTHER_KEY), ("DELETE", KEY)):
            status, _, body = first.request(method, "/v1/operator/keyring", {"Key": key}, timeout=30)
            self.assertEqual((status, body), (200, b""))
        [pool] = first.get("/v1/operator/keyring")
        self.assertEqual((pool["WAN"], pool["Keys"], pool["PrimaryKeys"], pool["NumNodes"]),
                         (False, {OTHER_KEY: 3}, {OTHER_KEY: 3}, 3))
        for one in agents:
            path = os.path.join(one.data_dir, "serf", "local.keyring")
            eventually(lambda: self.keys_in(path) == [OTHER_KEY], 10, "the file")
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)

    def test_another_key_is_refused_and_logged_once(self):
        first = self.member(1, encrypt=KEY)
        stranger = self.member(2, bootstrap=True, encrypt=OTHER_KEY)
        for _ in range(3):
            status, _, body = stranger.request("PUT", f"/v1/agent/join/{first.address}", timeout=30)
            self.assertEqual(status, 500)
            self.assertIn(f"Failed to join {first.address}", body.decode())
        refusals = [line for line in first.output().splitlines() if "gossip refused" in line]
        self.assertEqual(len(refusals), 1, refusals)
        self.assertIn(stranger.address.split(":")[0], refusals[0])
        self.assertEqual(first.statuses(), {"n1": ALIVE})

    def test_garbage_is_logged_once_and_harmless(self):
        one = self.member(1)
        address = one.address.split(":")[0]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            for _ in range(50):
                udp.sendto(b"\x00\x81garbage", (address, self.serf))
        for _ in range(5):
            with socket.create_connection((address, self.serf), 5) as tcp:
                tcp.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                tcp.settimeout(5)
                try:
                    self.assertEqual(tcp.recv(100), b"")
                except ConnectionError:
                    pass
        refusals = [line for line in one.output().splitlines() if "gossip refused" in line]
        self.assertLessEqual(len(refusals), 2, refusals)  # one reason per kind of garbage
        self.assertEqual(len(refusals), len(set(line.split("gossip refused")[1].split(": from=")[0] for line in refusals)))
        self.assertEqual(one.statuses(), {"n1": ALIVE})

    def test_a_join_that_fails_too_often_ends_the_agent(self):
        nobody = f"127.0.{self.network}.200:{self.serf}"
        one = self.agent(retry_join=[nobody], retry_max=1, retry_interval="1s", ports={"serf_wan": -1})
        one.start(ready=False)
        self.assertEqual(one.process.wait(30), 1)
        self.assertIn("max join LAN retry exhausted", one.output())

    def test_discovery_through_a_cloud_provider_is_refused_by_name(self):
        one = self.agent(retry_join=["provider=aws tag_key=x"])
        one.start(ready=False)
        self.assertEqual(one.process.wait(30), 1)
        self.assertIn("provider=aws tag_key=x", one.output())

    def test_a_leader_that_leaves_hands_over_and_has_no_vote_any_more_when_it_is_answered(self):
        first, *others = self.three()

        def members_of(one):
            configuration = one.try_get("/v1/operator/raft/configuration") or {"Servers": []}
            return {s["Node"]: (s["Voter"], s["Leader"]) for s in configuration["Servers"]}

        eventually(lambda: [voter for voter, _ in members_of(first).values()] == [True] * 3, 40, "three votes")
        self.assertTrue(members_of(first)["n1"][1])
        status, _, body = first.request("PUT", "/v1/agent/leave", timeout=30)
        self.assertEqual((status, body), (200, b""))
        self.assertEqual(others[0].statuses()["n1"], LEFT)
        members = eventually(lambda: members_of(others[0]), 5, "the configuration")
        self.assertEqual(set(members), {"n2", "n3"})
        self.assertEqual(sum(leads for _, leads in members.values()), 1)
        others[1].put("/v1/kv/after", "x")
        self.assertEqual(first.process.wait(30), 0)

    def test_a_client_joins_and_leaves_at_the_signal(self):
        first = self.member(1)
        client = self.member(2, server=False, bootstrap=False, retry_join=[first.address])
        eventually(lambda: first.statuses().get("n2") == ALIVE, 20, "the client's join")
        self.assertEqual(client.end(signal.SIGTERM, 30), 0)
        eventually(lambda: first.statuses().get("n2") == LEFT, 20, "the client's leave")


if __name__ == "__main__":
    unittest.main()
