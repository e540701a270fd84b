#!/usr/bin/env python3
"""Shows one server under ten times its load, with misbehaving clients among the others.

  overload.py [--binary PATH] [--seconds S] [--connections N] [--json FILE]

At the same time: closed loops over ten times the connections that already fill the machine (reads and durable writes),
slow readers that pipeline large reads and read no answers, slow writers that trickle heads and bodies, idle
connections, and one well-behaved client whose writes and reads are timed. Afterwards every acknowledged write has to
exist. Prints the figures, and exits 1 if one of these conditions is violated:

  no request of the well-behaved client takes longer than 1 s; memory stays below its bound; 5 s after the load has ended
  the client is served as before; no acknowledged write is lost.
"""

import argparse
import contextlib
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from run import Agent, ROOT

LONGEST_WAIT = 1.0       # seconds
RECOVERY = 5.0           # seconds
MEMORY_BOUND = 1536      # MB, peak resident: bodies, answers and connection buffers at their limits beside the state
FULL = 32                # connections that fill this machine
LARGE_KEYS, LARGE_VALUE = 40, 100_000  # what slow readers request: 5 MB as JSON


def peak_memory(pid):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


class Flood:
    """Closed loops of many connections, run by the bench's own load generator."""

    def __init__(self, program, port, requests, connections, seconds, folder):
        file = os.path.join(folder, f"requests-{len(os.listdir(folder))}")
        with open(file, "w") as out:
            out.write("\n".join(requests) + "\n")
        self.process = subprocess.Popen(
            [program, "http", "--port", str(port), "--requests", file, "--conns", str(connections), "--warmup", "0",
             "--seconds", str(seconds)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def end(self):
        return self.process.communicate(timeout=60)[0]


class BadClients:
    """Misbehaving connections that cost the server something. Each comes from one of many loopback addresses."""

    def __init__(self, port):
        self.port, self.sockets, self.dropped = port, [], 0

    def open(self, number, bytes_to_send=b""):
        one = socket.socket()
        one.bind((f"127.0.{1 + number // 200}.{1 + number % 200}", 0))
        one.settimeout(5)
        try:
            one.connect(("127.0.0.1", self.port))
            if bytes_to_send:
                one.sendall(bytes_to_send)
        except OSError:
            self.dropped += 1
        one.setblocking(False)
        self.sockets.append(one)
        return one

    def idle(self, count):
        for i in range(count):
            self.open(i)

    def slow_readers(self, count, pipelined=32):
        request = b"GET /v1/kv/large?recurse HTTP/1.1\r\nHost: x\r\n\r\n"
        for i in range(count):
            self.open(i, request * pipelined)

    def slow_writers(self, count):
        head = b"PUT /v1/kv/trickled HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n"
        return [self.open(i, head if i % 2 else b"GET /v1/kv/x HTTP/1.1\r\nX-Slow: ") for i in range(count)]

    def close(self):
        for one in self.sockets:
            one.close()


class GoodClient(threading.Thread):
    """Writes a new key and reads it back, twenty times a second, over one connection that it reopens when it breaks."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.ended = port, threading.Event()
        self.waits, self.acknowledged, self.refused, self.wrong = [], [], 0, 0
        self.connection = None

    def ask(self, method, path, body=None):
        if not self.connection:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        began = time.monotonic()
        try:
            self.connection.request(method, path, body=body)
            answer = self.connection.getresponse()
            result = answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            result = 0, b""
        self.waits.append(time.monotonic() - began)
        return result

    def run(self):
        number = 0
        while not self.ended.wait(0.05):
            number += 1
            key = f"good/{number}"
            status, body = self.ask("PUT", f"/v1/kv/{key}", f"value {number}")
            if (status, body) != (200, b"true"):
                self.refused += 1
                continue
            self.acknowledged.append(number)
            status, body = self.ask("GET", f"/v1/kv/{key}?raw")
            self.refused += status != 200
            self.wrong += status == 200 and body != f"value {number}".encode()

    def figures(self, since=0):
        waits = sorted(self.waits[since:])
        if not waits:
            return {"requests": 0}
        return {"requests": len(waits), "median_ms": round(statistics.median(waits) * 1000, 2),
                "p99_ms": round(waits[int(0.99 * (len(waits) - 1))] * 1000, 1), "longest_ms": round(waits[-1] * 1000, 1)}


def trickle(sockets, ended):
    while not ended.wait(0.1):
        for one in sockets:
            with contextlib.suppress(OSError):
                one.send(b"x")


def lost(agent, numbers):
    """The acknowledged keys that are missing."""
    status, body = agent.request("GET", "/v1/kv/good?recurse")
    if status != 200:
        return numbers
    there = {entry["Key"] for entry in json.loads(body)}
    return [n for n in numbers if f"good/{n}" not in there]


def measure(arguments, folder):
    agent = Agent(arguments.binary, folder)
    try:
        if agent.wait_for_write() is None:
            raise SystemExit("the agent did not start")
        for i in range(LARGE_KEYS):
            agent.request("PUT", f"/v1/kv/large/{i}", "x" * LARGE_VALUE)
        port, program = agent.ports["http"], os.path.join(os.path.dirname(arguments.binary), "tests/bench/praetor_bench")
        good = GoodClient(port)
        good.start()
        time.sleep(2)
        before = good.figures()
        bad, ended = BadClients(port), threading.Event()
        bad.idle(arguments.idle)
        bad.slow_readers(50)
        threading.Thread(target=trickle, args=(bad.slow_writers(100), ended), daemon=True).start()
        mark = len(good.waits)
        many = arguments.connections or 10 * FULL
        floods = [Flood(program, port, [f"GET /v1/kv/large/{i}?raw" for i in range(8)], many, arguments.seconds, folder),
                  Flood(program, port, [f"PUT /v1/kv/flood/{i} x" for i in range(1000)], many, arguments.seconds, folder)]
        reports = [f.end() for f in floods]
        during = good.figures(mark)
        ended.set()
        bad.close()
        time.sleep(RECOVERY)
        mark = len(good.waits)
        time.sleep(2)
        after = good.figures(mark)
        good.ended.set()
        good.join(35)
        alive = agent.process.poll() is None
        memory = peak_memory(agent.process.pid) if alive else 0
        missing = lost(agent, good.acknowledged) if alive else good.acknowledged
        return {"before": before, "during": during, "after": after, "peak_memory_mb": round(memory),
                "acknowledged": len(good.acknowledged), "lost": len(missing), "refused": good.refused,
                "wrong": good.wrong, "bad_connections_dropped": bad.dropped, "alive": alive, "floods": reports}
    finally:
        agent.kill()


def broken_promises(f):
    if not f["alive"]:
        yield "the agent has ended"
    if f["lost"] or f["wrong"]:
        yield f"{f['lost']} acknowledged writes are lost, {f['wrong']} reads were wrong"
    if f["during"].get("longest_ms", 1e9) > LONGEST_WAIT * 1000:
        yield f"a request of the well-behaved client took {f['during'].get('longest_ms')} ms"
    if f["peak_memory_mb"] > MEMORY_BOUND:
        yield f"peak memory is {f['peak_memory_mb']} MB, the bound {MEMORY_BOUND} MB"
    if f["after"].get("p99_ms", 1e9) > max(10 * f["before"].get("p99_ms", 0), 50):
        yield f"{RECOVERY} s after the load requests still take {f['after']}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=os.path.join(ROOT, "build", "release", "praetor"))
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=0, help="of each flood; default: ten times what fills the machine")
    parser.add_argument("--idle", type=int, default=2000)
    parser.add_argument("--json")
    arguments = parser.parse_args()
    arguments.binary = os.path.abspath(arguments.binary)
    with tempfile.TemporaryDirectory(prefix="overload-") as folder:
        figures = measure(arguments, folder)
    if arguments.json:
        with open(arguments.json, "w") as out:
            json.dump(figures, out, indent=2)
    for name, value in figures.items():
        print(f"{name}: {value}")
    broken = list(broken_promises(figures))
    for each in broken:
        print(f"BROKEN: {each}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
