"""Several agents, each on its own host (network.py): servers and clients of one datacenter, and a load that tracks
acknowledged writes."""

import http.client
import random
import signal
import socket
import threading
import time
import unittest

import network
from agent import BINARY, Agent, eventually


class HostAgent(Agent):
    """An agent on a host, with the default ports."""

    def __init__(self, host, **config):
        super().__init__(node_name=host.name, **config)
        self.host = host
        self.config["ports"] = {"grpc": -1, "grpc_tls": -1, **config.get("ports", {})}
        self.config["client_addr"] = "0.0.0.0"

    def command(self, *arguments):
        return self.host.command(BINARY, *arguments)

    def start(self, **options):
        self.config["bind_addr"] = self.host.address
        return super().start(ready=False, **options)

    def connect(self, timeout=10):
        connection = http.client.HTTPConnection("127.0.0.1", 8500, timeout=timeout)
        with network.inside(self.host.namespace):
            connection.sock = socket.create_connection(("127.0.0.1", 8500), timeout=timeout)
        return connection

    def cli(self, *arguments, timeout=30):
        return self.host.run(BINARY, *arguments, timeout=timeout)


class Cluster:
    """`servers` and `clients` agents, named s1... and c1...; all started, waiting until they form one cluster."""

    def __init__(self, servers=3, clients=0, delay=0, **config):
        names = [f"s{n + 1}" for n in range(servers)] + [f"c{n + 1}" for n in range(clients)]
        self.network = network.Network(names, delay=delay)
        config.setdefault("performance", {"raft_multiplier": 1})
        join = [self.network.hosts[name].address for name in names[:servers]]
        self.agents = {}
        for name in names:
            role = {"server": True, "bootstrap_expect": servers} if name.startswith("s") else {"server": False}
            one = HostAgent(self.network.hosts[name], bootstrap=False, retry_join=join, retry_interval="1s",
                            **{**role, **config})
            del one.config["bootstrap"]
            self.agents[name] = one
        self.servers = [self.agents[name] for name in names[:servers]]
        self.clients = [self.agents[name] for name in names[servers:]]

    def start(self, timeout=30):
        for one in self.agents.values():
            one.start()
        self.wait_whole(timeout)
        return self

    def wait_whole(self, timeout=30):
        """Waits until every agent sees every other as alive, there is a leader, and all servers vote."""
        def whole():
            for one in self.agents.values():
                members = one.try_get("/v1/agent/members")
                if members is None or sum(m["Status"] == 1 for m in members) != len(self.agents):
                    return False
            return len(self.voters()) == len(self.servers)
        eventually(whole, timeout, "one group of all agents, with all servers as voters")

    def voters(self):
        for one in self.servers:
            found = one.try_get("/v1/operator/raft/configuration") if one.process and one.alive() else None
            if found and any(s["Leader"] for s in found["Servers"]):
                return [s["Node"] for s in found["Servers"] if s["Voter"]]
        return []

    def leader(self, timeout=30, among=None):
        """@returns the server that a majority of all servers reports as leader; with `among`, one of those, as they
        report."""
        def find():
            said = {}
            among_these = among or self.servers
            for one in among_these:
                if one.alive():
                    address = one.try_get("/v1/status/leader", timeout=1)
                    if address:
                        said[address] = said.get(address, 0) + 1
            for one in among_these:
                if said.get(f"{one.host.address}:8300", 0) > len(self.servers) // 2:
                    return one
            return None
        return eventually(find, timeout, "a leader that a majority agrees on")

    def close(self):
        for one in self.agents.values():
            one.close()
        self.network.close()


class Load:
    """Writers with one key each, and readers that know the least acceptable value.

    Values increase. A read that began after a value was acknowledged must not return an older one, whichever agent
    answers, nor a value that was never written. A failed request may have taken effect, and is retried with the next
    value."""

    def __init__(self, agents, writers=4, pause=0.0):
        self.agents, self.pause = list(agents), pause
        self.acknowledged, self.attempted = [0] * writers, [0] * writers
        self.writes = self.reads = self.failures = 0
        self.wrong, self._lock, self._end = [], threading.Lock(), threading.Event()
        self.gaps = []  # (seconds without an acknowledged write, when it ended)
        self._last = None
        self._threads = [threading.Thread(target=self._work, args=(n,), daemon=True) for n in range(writers)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, one, method, path, body=None):
        try:
            return one.request(method, path, body, timeout=15)
        except (OSError, http.client.HTTPException):
            return None

    def _work(self, number):
        chance = random.Random(number)
        path = f"/v1/kv/load/{number}"
        while not self._end.is_set():
            one = chance.choice(self.agents)
            self.attempted[number] += 1
            value = self.attempted[number]
            answer = self._ask(one, "PUT", path, str(value))
            with self._lock:
                if answer and answer[0] == 200 and answer[2].strip() == b"true":
                    self.acknowledged[number] = value
                    self.writes += 1
                    now = time.monotonic()
                    if self._last is not None:
                        self.gaps.append((now - self._last, now))
                    self._last = now
                else:
                    self.failures += 1
            if chance.random() < 0.3:
                self._read(chance.choice(self.agents), chance.choice(["?raw", "?raw&consistent"]),
                           chance.randrange(len(self.acknowledged)))
            if self.pause:
                self._end.wait(self.pause)

    def _read(self, one, how, number):
        least = self.acknowledged[number]
        answer = self._ask(one, "GET", f"/v1/kv/load/{number}{how}")
        if not answer or answer[0] not in (200, 404):
            return
        seen = int(answer[2]) if answer[0] == 200 else 0
        with self._lock:
            self.reads += 1
            if not least <= seen <= self.attempted[number]:
                self.wrong.append(f"{one.config['node_name']} answered {seen} for key {number} with {how}: "
                                  f"{least} was acknowledged before, {self.attempted[number]} is the last ever sent")

    def progress(self, more=20, timeout=30):
        """Waits until this many more writes were acknowledged."""
        goal = self.writes + more
        eventually(lambda: self.writes >= goal, timeout, f"{more} more acknowledged writes")

    def lost(self, one):
        """@returns the acknowledged writes that this agent lacks."""
        out = []
        for number, least in enumerate(self.acknowledged):
            status, _, body = one.request("GET", f"/v1/kv/load/{number}?raw&consistent")
            seen = int(body) if status == 200 else 0
            if seen < least:
                out.append(f"key {number}: {least} was acknowledged, {seen} is there")
        return out


@unittest.skipIf(network.missing(), network.missing())
class ClusterTest(unittest.TestCase):
    """A test whose cluster is stopped with it; a failure prints the end of each agent's output."""

    def cluster(self, *arguments, start=True, **options):
        one = Cluster(*arguments, **options)
        self.addCleanup(one.close)
        self.addCleanup(self.show_output, one)
        return one.start() if start else one

    def show_output(self, cluster):
        outcome = getattr(self._outcome, "result", None)
        if outcome and any(test is self for test, _ in outcome.failures + outcome.errors):
            for name, one in cluster.agents.items():
                if one.process:
                    print(f"\n--- end of {name}'s output in {self.id()}\n{one.output()[-2500:]}\n---")

    def check(self, load, *agents):
        self.assertEqual(load.wrong, [])
        for one in agents:
            self.assertEqual(load.lost(one), [])


TERMINATE, KILL = signal.SIGTERM, signal.SIGKILL
