"""Servers that start at the same moment, as after a power loss: they find each other at once, not an interval later.

PRAETOR_SIMULTANEOUS_STARTS=N makes the last test start three and five servers N times each, and print how long they
took; by default it does nothing."""

import os
import time
import unittest

from agent import PORT_NAMES, AgentTest, eventually
from ports import free_ports

ROUNDS = int(os.environ.get("PRAETOR_SIMULTANEOUS_STARTS", "0"))
# The default retry_interval is 30 s: a cluster that forms earlier has not waited for it.
BEFORE_THE_INTERVAL = 20


def addresses(servers):
    return [f"127.0.0.1:{one.ports['serf_lan']}" for one in servers]


def whole(servers):
    """All servers know the same leader, and it accepts a durable write."""
    leaders = {one.try_get("/v1/status/leader") for one in servers}
    if len(leaders) != 1 or not leaders.pop():
        return False
    if any(len(one.try_get("/v1/status/peers") or []) != len(servers) for one in servers):
        return False
    answer = servers[0].try_request("PUT", "/v1/kv/started", "1")
    return answer is not None and answer[0] == 200


class SimultaneousStart(AgentTest):
    def servers(self, count, joins="everybody"):
        """Not started yet. `joins`: each one joins all of them, itself included, or only those created before it."""
        made = [self.agent(node_name=f"s{n + 1}", bootstrap=False, bootstrap_expect=count) for n in range(count)]
        # Allocated together, so that no two of them choose the same before the first one is started.
        ports = free_ports(count * len(PORT_NAMES))
        for n, one in enumerate(made):
            one.ports = dict(zip(PORT_NAMES, ports[n * len(PORT_NAMES):]))
            one.config["ports"].update(one.ports)
        for n, one in enumerate(made):
            one.config["retry_join"] = addresses(made if joins == "everybody" else made[:n])
        return made

    def show_output(self, one):
        if os.path.exists(one.log_path):
            super().show_output(one)

    def start(self, servers):
        for one in servers:
            one.start(ready=False)

    def test_servers_that_name_everybody_form_a_cluster_at_once(self):
        for _ in range(2):
            servers = self.servers(3)
            self.start(servers)
            eventually(lambda: whole(servers), BEFORE_THE_INTERVAL, "a cluster of three")
            for one in servers:
                one.close()

    def test_a_server_that_starts_before_those_that_it_joins_is_in_the_cluster_at_once(self):
        servers = self.servers(3, joins="those before")
        self.start(reversed(servers))
        eventually(lambda: whole(servers), BEFORE_THE_INTERVAL, "a cluster of three")

    def test_servers_that_all_start_again_find_each_other_by_what_they_remember(self):
        servers = self.servers(3, joins="those before")
        self.start(servers)
        eventually(lambda: whole(servers), BEFORE_THE_INTERVAL, "a cluster of three")
        # What gossip remembers is on disk shortly after it was received.
        def remembered():
            for one in servers:
                try:
                    with open(os.path.join(one.data_dir, "serf", "local.snapshot")) as snapshot:
                        if snapshot.read().count("alive: ") != 3:
                            return False
                except FileNotFoundError:
                    return False
            return True
        eventually(remembered, 10, "the snapshots of gossip")
        for one in servers:
            one.kill()
            one.config["retry_join"] = []
        self.start(reversed(servers))
        eventually(lambda: whole(servers), BEFORE_THE_INTERVAL, "the same cluster again")

    def test_a_server_that_waits_for_others_says_for_whom_and_why(self):
        servers = self.servers(3)
        self.start(servers[:1])
        line = "waiting for servers before a cluster begins: seen=1 expected=3 reason="
        eventually(lambda: line in servers[0].output(), 10, "the reason")
        eventually(lambda: addresses(servers)[2] in servers[0].output().split(line)[-1].split("\n")[0], 10,
                   "the address that does not answer")

    @unittest.skipUnless(ROUNDS, "PRAETOR_SIMULTANEOUS_STARTS is not set")
    def test_many_starts(self):
        late = {}
        for count in (3, 5):
            took = []
            number = 0
            while number < ROUNDS:
                servers = self.servers(count, joins="everybody" if number % 2 else "those before")
                self.start(reversed(servers) if number % 4 < 2 else servers)
                began = time.monotonic()
                # Another program may have taken a port meanwhile: then the start does not count.
                void = lambda: any("Address already in use" in one.output() for one in servers)
                eventually(lambda: whole(servers) or void(), 60, f"start {number} of {count} servers")
                if void():
                    for one in servers:
                        one.close()
                    continue
                took.append(time.monotonic() - began)
                number += 1
                for one in servers:
                    one.close()
            took.sort()
            late[count] = [round(t, 1) for t in took if t > 5]
            print(f"\n{ROUNDS} starts of {count} servers: median {took[len(took) // 2]:.2f} s, "
                  f"longest {took[-1]:.2f} s, later than 5 s: {late[count]}", flush=True)
        self.assertEqual(late, {3: [], 5: []})


if __name__ == "__main__":
    unittest.main()
