"""Sixty agents on one machine, each on a loopback address: they find each other, notice a dead one, and accuse no one
while the processors are busy."""

import math
import multiprocessing
import os
import re
import time
import unittest

from agent import Agent, AgentTest, eventually

COUNT = 60
PROBE_INTERVAL, SUSPICION_MULT, SUSPICION_MAX_MULT = 1.0, 4, 6  # the default LAN profile


def suspicion_bound(members):
    """The maximal number of seconds until all members count a dead one as failed: some probe reaches it, no one
    confirms the suspicion, and the news spreads."""
    least = SUSPICION_MULT * max(1.0, math.log10(members)) * PROBE_INTERVAL
    spread = 0.2 * 4 * math.ceil(math.log10(members + 1))
    return 2 * PROBE_INTERVAL + SUSPICION_MAX_MULT * least + spread


class LoopbackAgent(Agent):
    """Has its own loopback address, and the default ports."""

    def __init__(self, address, **config):
        super().__init__(bootstrap=False, **config)
        del self.config["bootstrap"]
        self.address = address
        self.config.update(bind_addr=address, client_addr=address)
        self.config["ports"] = {"grpc": -1, "grpc_tls": -1, "dns": 8600, "http": 8500}

    def connect(self, timeout=10):
        import http.client
        return http.client.HTTPConnection(self.address, 8500, timeout=timeout)


def spin(until):
    while time.monotonic() < until:
        pass


class Sixty(AgentTest):
    def setUp(self):
        first = [f"127.77.0.{number}" for number in (1, 2, 3)]
        self.agents = []
        for number in range(1, COUNT + 1):
            role = {"server": True, "bootstrap_expect": 3} if number <= 3 else {"server": False}
            one = LoopbackAgent(f"127.77.0.{number}", node_name=f"m{number}", retry_join=first, retry_interval="1s",
                                log_level="debug", **role)
            self.addCleanup(one.close)
            self.agents.append(one)
        for one in self.agents:
            one.start(ready=False)

    def differences(self, status_of):
        """@returns the agents' wrong views of each other, one line per agent."""
        expected = {one.config["node_name"]: status_of(one) for one in self.agents}
        out = []
        for one in self.agents:
            if not one.alive():
                continue
            seen = one.statuses()
            wrong = [f"{name} {seen.get(name, 'unknown')} instead of {status}" for name, status in expected.items()
                     if seen.get(name) != status]
            if wrong:
                out.append(f"{one.config['node_name']}: " + (", ".join(wrong[:4]) if seen else "does not answer")
                           + (f" and {len(wrong) - 4} more" if seen and len(wrong) > 4 else ""))
        return out

    def agree(self, status_of, timeout, what):
        """Waits until all live agents see each one's status as `status_of` says."""
        last = []

        def settled():
            last[:] = self.differences(status_of)
            return not last
        try:
            eventually(settled, timeout, what)
        except AssertionError as failed:
            raise AssertionError(f"{failed}; {len(last)} agents differ:\n" + "\n".join(last[:10])) from None

    def said_of(self, name):
        """@returns the agents' log lines about a member, except its join."""
        said = []
        for one in self.agents:
            said += [f"{one.config['node_name']}: {line}" for line in one.output().splitlines()
                     if re.search(rf"\b{name}\b", line) and "[" in line and "EventMemberJoin" not in line]
        return "\n".join(sorted(said, key=lambda line: line.split(" ", 1)[1])[-20:])

    def test_they_settle_notice_the_dead_and_accuse_no_one(self):
        eventually(lambda: all(one.statuses() for one in self.agents), 60, "an answer of every agent")
        self.agree(lambda one: 1, 10, "every agent's view of sixty alive members")

        dead = self.agents[-1]
        dead.kill()
        self.agree(lambda one: 4 if one is dead else 1, suspicion_bound(COUNT), "everybody's knowledge that one failed")

        until = time.monotonic() + 20
        load = [multiprocessing.Process(target=spin, args=(until,)) for _ in range(2 * os.cpu_count())]
        for process in load:
            process.start()
        accused = {}  # by name: who reports what
        watchers = self.agents[:-1:10]
        while time.monotonic() < until:
            for one in watchers:
                for name, status in one.statuses().items():
                    if status != 1 and name != dead.config["node_name"]:
                        accused.setdefault(name, set()).add(f"{one.config['node_name']} says {status}")
        for process in load:
            process.join()
        self.assertEqual(accused, {}, "\n".join(self.said_of(name) for name in sorted(accused)[:3]))


if __name__ == "__main__":
    unittest.main()
