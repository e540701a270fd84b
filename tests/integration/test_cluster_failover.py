"""Servers are killed, partitioned and slowed under a load that detects every lost or stale answer."""

import shutil
import time

from agent import eventually
from cluster import ClusterTest, Load


class Killed(ClusterTest):
    def test_thirty_kills_in_turn_lose_nothing(self):
        cluster = self.cluster(servers=3, clients=2)
        with Load(cluster.agents.values()) as load:
            for round_number in range(30):
                load.progress()
                leader = cluster.leader()
                followers = [one for one in cluster.servers if one is not leader]
                victim = leader if round_number % 2 == 0 else followers[round_number // 2 % 2]
                victim.kill()
                load.progress()
                victim.start()
                cluster.wait_whole()
        self.check(load, *cluster.agents.values())

    def test_five_servers_go_on_without_two(self):
        cluster = self.cluster(servers=5, clients=2)
        with Load(cluster.agents.values()) as load:
            load.progress()
            leader = cluster.leader()
            other = next(one for one in cluster.servers if one is not leader)
            for one in (leader, other):
                one.kill()
            load.progress()
            for one in (leader, other):
                one.start()
            cluster.wait_whole(60)
            load.progress()
        self.check(load, *cluster.agents.values())


class Cut(ClusterTest):
    def test_a_majority_goes_on_and_a_minority_acknowledges_nothing(self):
        cluster = self.cluster(servers=5, clients=2)
        with Load(cluster.agents.values()) as load:
            load.progress()
            leader = cluster.leader()
            minority = [leader, next(one for one in cluster.servers if one is not leader)]
            rest = [one for one in cluster.agents.values() if one not in minority]
            cluster.network.cut([one.host for one in minority], [one.host for one in rest])
            majority = [one for one in cluster.servers if one not in minority]
            cluster.leader(among=majority)
            load.progress()
            status, _, _ = leader.request("PUT", "/v1/kv/alone", "x", timeout=20)
            self.assertEqual(status, 500)
            self.assertEqual(leader.request("GET", "/v1/kv/load/0", timeout=20)[0], 500)
            self.assertEqual(leader.request("GET", "/v1/kv/load/0?stale", timeout=20)[0], 200)
            cluster.network.heal()
            cluster.wait_whole(60)
            load.progress()
            self.assertEqual(cluster.leader().request("GET", "/v1/kv/alone?consistent")[0], 404)
        self.check(load, *cluster.agents.values())

    def test_a_server_that_hears_nobody_disturbs_nobody(self):
        cluster = self.cluster(servers=3)
        leader = cluster.leader()
        deaf = next(one for one in cluster.servers if one is not leader)
        rest = [one for one in cluster.servers if one is not deaf]
        term = leader.get("/v1/agent/self")["Stats"]["raft"]["term"]
        with Load(rest) as load:
            load.progress()
            cluster.network.cut([deaf.host], [one.host for one in rest], one_way=True)
            eventually(lambda: deaf.request("GET", "/v1/kv/load/0", timeout=20)[0] == 500, 60, "the deaf server's 500")
            load.progress(100)
            cluster.network.heal()
            cluster.wait_whole(60)
            load.progress()
        self.assertEqual(leader.get("/v1/agent/self")["Stats"]["raft"]["term"], term)
        self.check(load, *cluster.agents.values())


class Slow(ClusterTest):
    def test_a_third_of_all_packets_lost(self):
        cluster = self.cluster(servers=3, clients=1, performance={"raft_multiplier": 5})
        with Load(cluster.agents.values()) as load:
            load.progress()
            for one in cluster.agents.values():
                one.host.lose(30)
            load.progress(30, timeout=120)
            cluster.network.heal()
            cluster.wait_whole(90)
            load.progress()
        self.check(load, *cluster.agents.values())

    def test_two_hundred_milliseconds_between_any_two(self):
        cluster = self.cluster(servers=3, clients=1, delay=0.2, performance={"raft_multiplier": 5}, start=False)
        cluster.start(timeout=90)
        with Load(cluster.agents.values()) as load:
            load.progress(40, timeout=60)
        self.check(load, *cluster.agents.values())


class Returns(ClusterTest):
    def test_with_an_empty_disk_it_catches_up_and_votes_again(self):
        cluster = self.cluster(servers=3, autopilot={"server_stabilization_time": "1s"})
        victim = next(one for one in cluster.servers if one is not cluster.leader())
        with Load(one for one in cluster.servers if one is not victim) as load:
            load.progress()
            victim.kill()
            load.progress()
            # The node id stays: it is the same machine with a new disk.
            with open(f"{victim.data_dir}/node-id") as file:
                node_id = file.read().strip()
            shutil.rmtree(victim.data_dir)
            victim.config["node_id"] = node_id
            victim.start()
            eventually(lambda: (cluster.leader().try_get("/v1/operator/raft/configuration") or {"Servers": []}) and
                       len(cluster.voters()) == 3 and victim.try_get("/v1/kv/load/0?stale"), 60,
                       "the returned server among the voters")
            load.progress()
        self.check(load, *cluster.servers)

    def test_with_an_old_disk_it_catches_up(self):
        cluster = self.cluster(servers=3, raft_snapshot_threshold=500, raft_snapshot_interval="2s",
                               raft_trailing_logs=100)
        victim = next(one for one in cluster.servers if one is not cluster.leader())
        with Load(cluster.servers, writers=8) as load:
            load.progress()
            victim.kill()
            load.progress(3000, timeout=90)
            victim.start()
            cluster.wait_whole(60)
            load.progress()
        self.check(load, *cluster.servers)

    def test_at_another_address(self):
        cluster = self.cluster(servers=3)
        victim = next(one for one in cluster.servers if one is not cluster.leader())
        with Load(one for one in cluster.servers if one is not victim) as load:
            load.progress()
            victim.kill()
            subnet = victim.host.address.rsplit(".", 1)[0]
            victim.host.move(f"{subnet}.77")
            victim.start()
            # A name moves to another address only when its old one has been dead for half a minute.
            eventually(lambda: all(f"{subnet}.77" in [m["Addr"] for m in one.try_get("/v1/agent/members") or []]
                                   for one in cluster.servers), 120, "everybody's knowledge of the new address")
            cluster.wait_whole(60)
            load.progress()
        self.check(load, *cluster.servers)
        found = cluster.leader().get("/v1/operator/raft/configuration")
        self.assertIn(f"{subnet}.77:8300", [s["Address"] for s in found["Servers"]])

    def test_all_three_at_other_addresses(self):
        cluster = self.cluster(servers=3)
        with Load(cluster.servers) as load:
            load.progress()
        for one in cluster.servers:
            one.end()
        subnet = cluster.servers[0].host.address.rsplit(".", 1)[0]
        moved = [f"{subnet}.{number}" for number in (201, 202, 203)]
        for one, address in zip(cluster.servers, moved):
            one.host.move(address)
            one.config["retry_join"] = moved
        for one in cluster.servers:
            one.start()
        cluster.wait_whole(90)
        self.check(load, *cluster.servers)


class Rolling(ClusterTest):
    def test_a_rolling_restart_costs_no_request_that_one_retry_would_not_cover(self):
        cluster = self.cluster(servers=3, clients=2)
        failed_twice = []

        def write(number):
            for attempt in range(2):
                try:
                    status, _, body = cluster.clients[number % 2].request("PUT", f"/v1/kv/rolling/{number}", "x", 15)
                    if status == 200:
                        return
                    why = f"{status} {body!r}"
                except OSError as problem:
                    why = repr(problem)
            failed_twice.append((number, why))

        number = 0
        for one in list(cluster.servers):
            until = time.monotonic() + 1
            while time.monotonic() < until:
                write(number := number + 1)
            one.end()
            for _ in range(20):
                write(number := number + 1)
            one.start()
            while len(cluster.voters()) != 3 or not one.try_get("/v1/status/leader", timeout=1):
                write(number := number + 1)
        self.assertEqual(failed_twice, [])
        found = cluster.clients[0].get("/v1/kv/rolling/?keys")
        self.assertEqual(len(found), number)
