"""Runs the agent under test on free loopback ports. The binary is $PRAETOR_BINARY, or build/release/praetor."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from ports import free_ports

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.path.abspath(os.environ.get("PRAETOR_BINARY", os.path.join(ROOT, "build", "release", "praetor")))
PORT_NAMES = ["http", "dns", "server", "serf_lan", "serf_wan"]


def self_signed(folder, name="IP:127.0.0.1"):
    """Creates cert.pem and key.pem of a server in a folder; @returns their paths."""
    cert, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", cert, "-subj", "/CN=a", "-addext", f"subjectAltName={name}", "-days", "2"],
                   check=True, capture_output=True)
    return cert, key


def eventually(condition, timeout=10, what="the condition"):
    """Polls until `condition()` is true and @returns its value. @raises AssertionError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come within {timeout} s")
        time.sleep(0.02)


class Agent:
    """One agent process with its own home directory; `config` is merged over that of a single server."""

    def __init__(self, data_dir=None, **config):
        self.home = tempfile.mkdtemp(prefix="praetor-integration-")
        self.data_dir = data_dir or os.path.join(self.home, "data")
        self.ports = dict(zip(PORT_NAMES, free_ports(len(PORT_NAMES))))
        self.config = {
            "node_name": "it", "server": True, "bootstrap": True, "data_dir": self.data_dir,
            "bind_addr": "127.0.0.1", "client_addr": "127.0.0.1", "log_level": "info", "disable_update_check": True,
            "performance": {"raft_multiplier": 1, "leave_drain_time": "200ms"},
            "limits": {"http_max_conns_per_client": 1000},
        }
        ports = config.pop("ports", {})
        self.config.update(config)
        self.config["ports"] = dict(self.ports, grpc=-1, grpc_tls=-1, https=-1)
        self.config["ports"].update(ports)
        self.log_path = os.path.join(self.home, "output")
        self.process = None

    # --- the process

    def start(self, ready=True, arguments=(), environment=None, timeout=30):
        self.write_config()
        with open(self.log_path, "a") as log:
            self.process = subprocess.Popen(
                self.command("agent", "-config-file", self.config_path, *arguments), stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, cwd=self.home, env=dict(os.environ, **(environment or {})))
        if ready:
            self.wait_ready(timeout)
        return self

    def command(self, *arguments):
        """The command line of the program under test."""
        return [BINARY, *arguments]

    @property
    def config_path(self):
        return os.path.join(self.home, "agent.json")

    def write_config(self):
        with open(self.config_path, "w") as out:
            json.dump(self.config, out)

    def wait_ready(self, timeout=30):
        """Waits until there is a leader that has registered this node and applied its whole log."""
        def ready():
            if self.process.poll() is not None:
                raise AssertionError(f"the agent ended with {self.process.returncode}:\n{self.output()[-3000:]}")
            try:
                status, _, body = self.request("GET", f"/v1/health/node/{self.config['node_name']}", timeout=2)
                if status != 200 or b"serfHealth" not in body:
                    return False
                # An entry before the log's last one may have created the node; this read waits for all of them.
                return self.request("GET", "/v1/kv/no-such-key?consistent", timeout=5)[0] == 404
            except (OSError, http.client.HTTPException):
                return False
        eventually(ready, timeout, "the agent's readiness")

    def kill(self):
        """Simulates a power loss as far as possible for a process: nothing more is written."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        if self.process:
            self.process.wait()

    def end(self, number=signal.SIGTERM, timeout=20):
        """@returns the exit code after the signal."""
        self.process.send_signal(number)
        return self.process.wait(timeout)

    def close(self):
        self.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def alive(self):
        return self.process.poll() is None

    def output(self):
        with open(self.log_path, errors="replace") as log:
            return log.read()

    # --- HTTP

    def connect(self, timeout=10):
        return http.client.HTTPConnection("127.0.0.1", self.ports["http"], timeout=timeout)

    def request(self, method, path, body=None, timeout=10, headers=None):
        """@returns (status, headers, body)."""
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        connection = self.connect(timeout)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def try_request(self, method, path, body=None, timeout=3):
        """The same for an agent that may not be listening: None then."""
        try:
            return self.request(method, path, body, timeout=timeout)
        except (OSError, http.client.HTTPException):
            return None

    def try_get(self, path, timeout=3):
        """@returns the JSON of a 200 answer; None for anything else."""
        answer = self.try_request("GET", path, timeout=timeout)
        with contextlib.suppress(ValueError):
            return json.loads(answer[2]) if answer and answer[0] == 200 else None

    def statuses(self):
        """@returns {member's name: status number}; empty if the agent does not answer."""
        return {m["Name"]: m["Status"] for m in self.try_get("/v1/agent/members", timeout=5) or []}

    def get(self, path):
        """@returns the JSON of a GET that must succeed."""
        status, _, body = self.request("GET", path)
        if status != 200:
            raise AssertionError(f"GET {path}: {status} {body!r}")
        return json.loads(body) if body else None

    def put(self, path, body=""):
        """A PUT that must succeed. @returns its body."""
        status, _, answer = self.request("PUT", path, body)
        if status != 200:
            raise AssertionError(f"PUT {path}: {status} {answer!r}")
        return answer

    def raw(self, data, timeout=5):
        """Sends raw bytes and @returns everything received until the connection ends or falls silent."""
        with socket.create_connection(("127.0.0.1", self.ports["http"]), timeout=timeout) as one:
            out = b""
            try:
                one.sendall(data)
            except OSError:
                pass  # there may be a response although not everything was read
            try:
                while more := one.recv(65536):
                    out += more
            except OSError:
                pass
            return out


class AgentTest(unittest.TestCase):
    """A test whose agents are stopped with it; a failure prints the end of their output."""

    def agent(self, **config):
        one = Agent(**config)
        self.addCleanup(one.close)
        self.addCleanup(self.show_output, one)
        return one

    def show_output(self, one):
        outcome = getattr(self._outcome, "result", None)
        failed = outcome and any(test is self for test, _ in outcome.failures + outcome.errors)
        if failed:
            print(f"\n--- end of the agent's output in {self.id()}\n{one.output()[-2000:]}\n---")


@contextlib.contextmanager
def http_server(handler, tls=None):
    """A local server with one thread per request; @yields its port.
    @param tls the ssl.SSLContext of an HTTPS server"""
    import http.server
    import threading
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
