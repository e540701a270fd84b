#!/usr/bin/env python3
"""Measures one server and three servers, and a peer on the same machine, and prints a Markdown table.

  run.py [--binary PATH] [--peer PATH] [--rows a,b] [--rounds N] [--seconds S] [--json FILE] [--check]

Both binaries run the same configuration, one at a time and alternating (binary, peer, binary, peer, ...), each from an
empty data directory; the table shows the medians of the rounds. `--rows list` names the rows. `--check` exits 1 if a
row misses its floor. Rows that write are only meaningful on a real disk: see --data-dir.
"""

import argparse
import http.client
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "integration"))
from check_target import CheckTarget  # noqa: E402
from http2_target import Http2Target  # noqa: E402
from ports import free_ports  # noqa: E402


class Row:
    """One row of the table. `better` says whether more or less of `unit` is better; floor and aim are factors of the
    peer's value unless `absolute`."""

    def __init__(self, name, title, unit, better, floor, aim, absolute=False):
        self.name, self.title, self.unit, self.better = name, title, unit, better
        self.floor, self.aim, self.absolute = floor, aim, absolute


ROWS = [
    Row("kv_get", "KV GET, 32 connections", "/s", "more", 1.5, 2.2),
    Row("kv_put_32", "KV PUT durable, 32 connections", "/s", "more", 2, 4),
    Row("kv_put_1", "KV PUT durable, 1 connection", "/s", "more", 1.5, 2.5),
    Row("health_100", "health of a service with 100 instances", "/s", "more", 8, 15),
    Row("health_3", "health of a service with 3 instances", "/s", "more", 2, 4),
    Row("catalog_register", "catalog register", "/s", "more", 4, 10),
    Row("agent_register", "agent service register", "/s", "more", 8, 20),
    Row("dns", "DNS A/SRV, 3 instances, UDP", "/s", "more", 3, 6),
    Row("watchers", "1,000 watchers on one key: write to last answer", "ms", "less", 1 / 2, 1 / 5),
    Row("start", "start to first durable write, one server", "s", "less", 0.5, 0.2, absolute=True),
    Row("memory_idle", "resident memory idle", "MB", "less", 1 / 3, 1 / 8),
    Row("memory_loaded", "resident memory with 60k keys, 16k services, 1,000 watchers", "MB", "less", 1 / 3, 1 / 8),
    Row("idle_cpu", "idle CPU", "%", "less", 1, 1 / 3),
    Row("check_lateness", "1,000 HTTP checks a second: lateness, 99th percentile", "ms", "less", 100, 20, absolute=True),
    Row("grpc_lateness", "1,000 gRPC checks a second: lateness, 99th percentile", "ms", "less", 100, 20, absolute=True),
    Row("grpc_memory", "resident memory of one gRPC check", "MB", "less", 3, 1, absolute=True),
    Row("cluster_put", "3 servers: KV PUT, 32 connections", "/s", "more", 2, 4),
    Row("failover", "3 servers: kill -9 the leader, until the next write succeeds", "s", "less", 1.5, 0.3,
        absolute=True),
    Row("client_memory", "resident memory of an idle client agent", "MB", "less", 25, 25, absolute=True),
]
# The order within a round: rows that leave most data behind come last.
LOAD_ROWS = ["kv_get", "kv_put_32", "kv_put_1", "health_3", "health_100", "dns", "watchers", "catalog_register",
             "agent_register"]


class Agent:
    """One agent under measurement, with a fresh data directory; a single server unless `config` says otherwise."""

    def __init__(self, binary, data_root, **config):
        self.binary = binary
        self.home = tempfile.mkdtemp(prefix="bench-", dir=data_root)
        names = ["http", "dns", "server", "serf_lan", "serf_wan"]
        self.ports = dict(zip(names, free_ports(len(names))))
        self.config = os.path.join(self.home, "agent.json")
        with open(self.config, "w") as out:
            json.dump({
                "node_name": "bench", "datacenter": "dc1",
                "data_dir": os.path.join(self.home, "data"), "bind_addr": "127.0.0.1", "client_addr": "127.0.0.1",
                "log_level": "warn", "disable_update_check": True, "performance": {"raft_multiplier": 1},
                "limits": {"http_max_conns_per_client": 5000},
                "ports": dict(self.ports, grpc=-1, grpc_tls=-1, https=-1),
                **(config or {"server": True, "bootstrap": True}),
            }, out)
        self.log = open(os.path.join(self.home, "log"), "a")
        self.start()

    def start(self):
        self.launched = time.monotonic()
        self.process = subprocess.Popen([self.binary, "agent", "-config-file", self.config], stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=subprocess.STDOUT)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def get(self, path):
        """@returns the JSON of a 200 answer, else None."""
        try:
            status, body = self.request("GET", path, timeout=2)
            return json.loads(body) if status == 200 else None
        except (OSError, http.client.HTTPException, ValueError):
            return None

    def request(self, method, path, body=None, timeout=30):
        connection = http.client.HTTPConnection("127.0.0.1", self.ports["http"], timeout=timeout)
        try:
            connection.request(method, path, body=body)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def wait_for_write(self, timeout=60):
        """Seconds from the launch to the first acknowledged write."""
        deadline = self.launched + timeout
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                if self.request("PUT", "/v1/kv/bench/first", "x", timeout=2) == (200, b"true") or \
                   self.request("GET", "/v1/kv/bench/first?raw", timeout=2) == (200, b"x"):
                    return time.monotonic() - self.launched
            except OSError:
                pass
            except http.client.HTTPException:
                pass
            time.sleep(0.002)
        with open(self.log.name) as log:
            sys.exit(f"{self.binary} took no write within {timeout} s; its log:\n{log.read()[-3000:]}")

    def resident_megabytes(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
        raise RuntimeError("no VmRSS")

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        self.kill()
        self.log.close()
        shutil.rmtree(self.home, ignore_errors=True)


class Cluster:
    """Three servers of one datacenter, and a client agent."""

    def __init__(self, binary, data_root):
        self.agents = []
        try:
            for number in range(4):
                role = {"server": True, "bootstrap_expect": 3} if number < 3 else {"server": False}
                join = [f"127.0.0.1:{one.ports['serf_lan']}" for one in self.agents[:3]]
                self.agents.append(Agent(binary, data_root, node_name=f"bench-{number}", retry_join=join,
                                         retry_interval="1s", **role))
            self.servers, self.client = self.agents[:3], self.agents[3]
            self.wait_whole()
        except BaseException:
            self.close()
            raise

    def wait_whole(self, timeout=90):
        """Waits until three servers vote and the client agent reaches them."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            found = self.client.get("/v1/operator/raft/configuration") or {"Servers": []}
            members = self.client.get("/v1/agent/members") or []
            if sum(s["Voter"] for s in found["Servers"]) == 3 and sum(m["Status"] == 1 for m in members) == 4 and \
               all(one.get("/v1/status/leader") for one in self.servers):
                return
            time.sleep(0.1)
        with open(self.servers[0].log.name) as log:
            raise RuntimeError(f"three servers did not become one cluster within {timeout} s; the first one's log:\n"
                               f"{log.read()[-2000:]}")

    def leader(self):
        address = self.client.get("/v1/status/leader")
        return next(one for one in self.servers if address == f"127.0.0.1:{one.ports['server']}")

    def failovers(self, times):
        """Seconds from killing the leader to the first write acknowledged by a survivor; repeated."""
        out = []
        for number in range(times):
            leader = self.leader()
            survivors = [one for one in self.servers if one is not leader]
            leader.kill()
            killed = time.monotonic()
            attempt = 0
            while True:
                attempt += 1
                try:
                    if survivors[attempt % 2].request("PUT", "/v1/kv/bench/failover", str(number)) == (200, b"true"):
                        break
                except (OSError, http.client.HTTPException):
                    pass
                if time.monotonic() - killed > 60:
                    raise RuntimeError("no write succeeded within 60 s of the leader's end")
                time.sleep(0.005)
            out.append(time.monotonic() - killed)
            leader.start()
            self.wait_whole()
        return out

    def close(self):
        for one in self.agents:
            one.close()


class Bench:
    """The loads of the rows, each against a running agent."""

    def __init__(self, generator, seconds, work):
        self.generator, self.seconds, self.work = generator, seconds, work
        self.warnings = []

    def requests_file(self, name, lines):
        """Writes a file once for all rounds; `lines` may be a generator."""
        path = os.path.join(self.work, name)
        if not os.path.exists(path):
            with open(path, "w") as out:
                out.writelines(line + "\n" for line in lines)
        return path

    def generate(self, load, agent, **given):
        arguments = [self.generator, load, "--port", str(agent.ports["dns" if load == "dns" else "http"])]
        for name, value in given.items():
            arguments += ["--" + name.replace("_", "-"), str(value)]
        done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{os.path.basename(agent.binary)}: {done.stderr.strip()}")
        result = json.loads(done.stdout)
        if result["other"]:
            self.warnings.append(f"{os.path.basename(agent.binary)}, {load}: not every answer was good: "
                                 f"{result['other']} of {result['count']}")
        return result

    def http(self, agent, name, lines, conns, once=False):
        path = self.requests_file(name, lines)
        if once:
            return self.generate("http", agent, requests=path, conns=conns, once=1)
        return self.generate("http", agent, requests=path, conns=conns, seconds=self.seconds)

    def instances(self, agent, service, count):
        """Registers a service on `count` nodes, with one passing check each."""
        lines = []
        for i in range(count):
            node = f"{service}-node-{i}"
            lines.append("PUT /v1/catalog/register " + json.dumps({
                "Node": node, "Address": f"10.1.{i // 250}.{i % 250 + 1}",
                "Service": {"ID": f"{service}-{i}", "Service": service, "Port": 8000 + i, "Tags": ["primary", "v1"],
                            "Meta": {"version": "1"}},
                "Check": {"Node": node, "CheckID": f"service:{service}-{i}", "Name": "alive", "Status": "passing",
                          "ServiceID": f"{service}-{i}"}}))
        self.http(agent, service, lines, 1, once=True)

    def kv_get(self, agent):
        self.http(agent, "kv_fill", (f"PUT /v1/kv/bench/get/{i} {'v' * 64}" for i in range(100)), 1, once=True)
        return self.http(agent, "kv_get", (f"GET /v1/kv/bench/get/{i}" for i in range(100)), 32)["rate"]

    def kv_put(self, agent, conns):
        # Each line has its own value, so that no write is a no-op.
        return self.http(agent, "kv_put", (f"PUT /v1/kv/bench/put/{i % 1000} {i:08d}{'v' * 56}" for i in range(60001)),
                         conns)["rate"]

    def kv_put_32(self, agent):
        return self.kv_put(agent, 32)

    def kv_put_1(self, agent):
        return self.kv_put(agent, 1)

    def health_100(self, agent):
        self.instances(agent, "hundred", 100)
        return self.http(agent, "health_100", ["GET /v1/health/service/hundred?passing"], 32)["rate"]

    def health_3(self, agent):
        self.instances(agent, "three", 3)
        return self.http(agent, "health_3", ["GET /v1/health/service/three?passing"], 32)["rate"]

    def catalog_register(self, agent):
        # More lines than can be sent, so that none is a repetition, which would be less work.
        return self.http(agent, "catalog_register", ("PUT /v1/catalog/register " + json.dumps({
            "Node": f"register-{i % 500}", "Address": "10.2.0.1", "SkipNodeUpdate": i >= 500,
            "Service": {"ID": f"reg-{i}", "Service": f"reg-{i}", "Port": 80}})
            for i in range(int(60000 * (self.seconds + 1)))), 32)["rate"]

    def agent_register(self, agent):
        return self.http(agent, "agent_register", ("PUT /v1/agent/service/register " + json.dumps({
            "ID": f"own-{i}", "Name": f"own-{i}", "Port": 80})
            for i in range(int(30000 * (self.seconds + 1)))), 32)["rate"]

    def dns(self, agent):
        self.instances(agent, "named", 3)
        path = self.requests_file("questions", ["A named.service.consul", "SRV named.service.consul"])
        return self.generate("dns", agent, questions=path, seconds=self.seconds)["rate"]

    def watchers(self, agent):
        return self.generate("watch", agent, key="bench/watched", rounds=5)["p50_us"] / 1000

    def grpc_memory(self, agent):
        """What an idle agent's memory grows by with its first gRPC check."""
        target = Http2Target()
        try:
            settle(agent, seconds=5)
            before = agent.resident_megabytes()
            agent.request("PUT", "/v1/agent/check/register", json.dumps(target.checks(1)[0]))
            deadline = time.monotonic() + 30
            while len(target.times().get("0", [])) < 5:
                if time.monotonic() > deadline:
                    raise RuntimeError("the check did not run five times within 30 s")
                time.sleep(0.1)
            return agent.resident_megabytes() - before
        finally:
            target.close()

    def check_lateness(self, agent, target):
        count, interval = 1000, 1
        try:
            self.http(agent, f"checks-{target.port}",
                      ("PUT /v1/agent/check/register " + json.dumps(one) for one in target.checks(count)), 1, once=True)
            deadline = time.monotonic() + 30
            while len(target.times()) < count:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"only {len(target.times())} of {count} checks ran within 30 s")
                time.sleep(0.1)
            target.forget()
            time.sleep(max(5, self.seconds * 3))
            lateness = [max(0.0, later - earlier - interval) for times in target.times().values()
                        for earlier, later in zip(times, times[1:])]
            return statistics.quantiles(lateness, n=100)[98] * 1000
        finally:
            target.close()

    def cluster(self, cluster, rows, results):
        if "client_memory" in rows:
            settle(cluster.client, seconds=5)
            results["client_memory"] = cluster.client.resident_megabytes()
        if "cluster_put" in rows:
            results["cluster_put"] = self.kv_put(cluster.leader(), 32)
        if "failover" in rows:
            results["failover"] = statistics.median(cluster.failovers(10))

    def memory(self, agent, results):
        """Also measures idle CPU, before the load."""
        settle(agent, seconds=5)
        results["memory_idle"] = agent.resident_megabytes()
        before, start = agent.cpu_seconds(), time.monotonic()
        time.sleep(max(10, self.seconds * 3))
        results["idle_cpu"] = 100 * (agent.cpu_seconds() - before) / (time.monotonic() - start)
        self.http(agent, "load_kv", (f"PUT /v1/kv/load/{i % 100}/{i} {'v' * 100}" for i in range(60000)), 32, once=True)
        self.http(agent, "load_services", ("PUT /v1/catalog/register " + json.dumps({
            "Node": f"load-{i % 200}", "Address": "10.3.0.1", "SkipNodeUpdate": i >= 200,
            "Service": {"ID": f"load-{i}", "Service": f"load-{i}", "Port": 80 + i % 1000, "Tags": ["v1"]}})
            for i in range(16000)), 32, once=True)
        holder = subprocess.Popen([self.generator, "watch", "--port", str(agent.ports["http"]), "--key", "bench/held",
                                   "--hold", "1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            if "holding" not in holder.stdout.readline():
                raise RuntimeError("the watchers could not be set up")
            settle(agent, seconds=5)
            results["memory_loaded"] = agent.resident_megabytes()
        finally:
            holder.stdin.close()
            holder.wait()


def settle(agent, seconds):
    """Waits until the agent has used nearly no CPU for a second, `seconds` at most."""
    deadline = time.monotonic() + seconds
    before = agent.cpu_seconds()
    while time.monotonic() < deadline:
        time.sleep(1)
        now = agent.cpu_seconds()
        if now - before < 0.02:
            return
        before = now


def measure(bench, binary, rows, data_root):
    """One round of one binary. @returns {row: value}."""
    results = {}
    chosen = [name for name in LOAD_ROWS if name in rows]
    if chosen or "start" in rows:
        agent = Agent(binary, data_root)
        try:
            results["start"] = agent.wait_for_write()
            for name in chosen:
                settle(agent, seconds=3)
                try:
                    results[name] = getattr(bench, name)(agent)
                except RuntimeError as problem:
                    bench.warnings.append(f"{name}: {problem}")
                    if agent.process.poll() is not None:
                        bench.warnings.append(f"{binary} ended with {agent.process.returncode}")
                        break
        finally:
            agent.close()
    if {"memory_idle", "memory_loaded", "idle_cpu"} & set(rows):
        agent = Agent(binary, data_root)
        try:
            agent.wait_for_write()
            bench.memory(agent, results)
        except RuntimeError as problem:
            bench.warnings.append(f"memory: {problem}")
        finally:
            agent.close()
    for row, measure in (("check_lateness", lambda agent: bench.check_lateness(agent, CheckTarget())),
                         ("grpc_lateness", lambda agent: bench.check_lateness(agent, Http2Target())),
                         ("grpc_memory", bench.grpc_memory)):
        if row not in rows:
            continue
        agent = Agent(binary, data_root)
        try:
            agent.wait_for_write()
            results[row] = measure(agent)
        except RuntimeError as problem:
            bench.warnings.append(f"{row}: {problem}")
        finally:
            agent.close()
    if {"cluster_put", "failover", "client_memory"} & set(rows):
        try:
            cluster = Cluster(binary, data_root)
            try:
                bench.cluster(cluster, rows, results)
            finally:
                cluster.close()
        except RuntimeError as problem:
            bench.warnings.append(f"{os.path.basename(binary)}, three servers: {problem}")
    return {name: value for name, value in results.items() if name in rows}


def number(value):
    return "-" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def verdict(row, own, peer):
    """@returns (ratio or None, "aim" | "floor" | "below the floor" | "")."""
    if own is None:
        return None, ""
    ratio = None if not peer else own / peer
    subject = own if row.absolute else ratio
    if subject is None:
        return ratio, ""

    def reached(goal):
        return subject >= goal if row.better == "more" else subject <= goal

    return ratio, "aim" if reached(row.aim) else "floor" if reached(row.floor) else "below the floor"


def goal(row, value):
    if row.absolute:
        return f"{value:g} {row.unit}"
    return f"{value:g}x" if row.better == "more" or value == 1 else f"1/{round(1 / value)}"


def find_generator(given):
    for path in [given] if given else [os.path.join(ROOT, "build", kind, "tests", "bench", "praetor_bench")
                                       for kind in ("release", "dev")]:
        if os.access(path, os.X_OK):
            return path
    sys.exit("praetor_bench is not built: build the target praetor_bench, or give --generator PATH")


def file_system(path):
    done = subprocess.run(["stat", "-f", "-c", "%T", path], stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=os.path.join(ROOT, "build", "release", "praetor"))
    parser.add_argument("--peer", help="the binary to compare with, for instance a consul 1.19.2")
    parser.add_argument("--rows", default="", help="comma-separated row names; `list` names them")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3, help="length of one measurement")
    parser.add_argument("--data-dir", default=os.path.join(ROOT, "build", "bench"),
                        help="where the data directories are made; must be on a real disk")
    parser.add_argument("--generator", help="path of praetor_bench")
    parser.add_argument("--json", help="also write the results to this file")
    parser.add_argument("--check", action="store_true", help="exit 1 when a row misses its floor")
    given = parser.parse_args()
    if given.rows == "list":
        for row in ROWS:
            print(f"{row.name:18} {row.title}")
        return 0
    names = [row.name for row in ROWS]
    rows = given.rows.split(",") if given.rows else names
    for name in rows:
        if name not in names:
            sys.exit(f"no row {name}; --rows list names them")
    binaries = {"praetor": given.binary}
    if given.peer:
        binaries["peer"] = given.peer
    for binary in binaries.values():
        if not os.access(binary, os.X_OK):
            sys.exit(f"{binary} is not an executable file")
    os.makedirs(given.data_dir, exist_ok=True)
    disk = file_system(given.data_dir)
    measured = {role: {name: [] for name in rows} for role in binaries}
    with tempfile.TemporaryDirectory(prefix="praetor-bench-") as work:
        bench = Bench(find_generator(given.generator), given.seconds, work)
        if disk in ("tmpfs", "ramfs"):
            bench.warnings.append(f"{given.data_dir} is on {disk}: the durable rows say nothing")
        for turn in range(given.rounds):
            for role, binary in binaries.items():
                print(f"round {turn + 1} of {given.rounds}: {role}, {binary}", file=sys.stderr)
                for name, value in measure(bench, binary, rows, given.data_dir).items():
                    measured[role][name].append(value)
    medians = {role: {name: statistics.median(values) if values else None for name, values in results.items()}
               for role, results in measured.items()}

    missed = []
    print(f"\n{os.cpu_count()} CPUs shared with the load generator; {disk}; medians of {given.rounds} rounds.\n")
    print("| work | unit | praetor | peer | ratio | floor | aim | reached |")
    print("|---|---|---|---|---|---|---|---|")
    report = []
    for row in ROWS:
        if row.name not in rows:
            continue
        own = medians["praetor"][row.name]
        peer = medians["peer"][row.name] if given.peer else None
        ratio, reached = verdict(row, own, peer)
        if reached == "below the floor" or own is None:
            missed.append(row.name)
        shown = "-" if ratio is None else f"{ratio:.2f}x"
        print(f"| {row.title} | {row.unit} | {number(own)} | {number(peer)} | {shown} | {goal(row, row.floor)} | "
              f"{goal(row, row.aim)} | {reached} |")
        report.append({"row": row.name, "unit": row.unit, "praetor": own, "peer": peer, "ratio": ratio,
                       "reached": reached, "praetor_rounds": measured["praetor"][row.name],
                       "peer_rounds": measured["peer"][row.name] if given.peer else []})
    for warning in dict.fromkeys(bench.warnings):
        print(f"\nwarning: {warning}")
    if given.json:
        with open(given.json, "w") as out:
            json.dump({"cpus": os.cpu_count(), "file_system": disk, "rounds": given.rounds,
                       "seconds": given.seconds, "rows": report, "warnings": bench.warnings}, out, indent=2)
    return 1 if given.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
