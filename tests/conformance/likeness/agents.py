"""Starts the two compared agents, with equal configuration on separate ports."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from . import http_client

TESTS = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TESTS, "integration"))
from ports import free_ports  # noqa: E402

PORT_NAMES = ["http", "dns", "server", "serf_lan", "serf_wan"]
NODE_ID = "7d1c5f3e-9a64-4c0b-8a43-6a1d2f7e5b10"

CONFIG = {
    "node_name": "like",
    "node_id": NODE_ID,
    "node_meta": {"rack": "r1"},
    "bind_addr": "127.0.0.1",
    "client_addr": "127.0.0.1",
    "log_level": "info",
    "disable_update_check": True,
    "enable_script_checks": True,
    "performance": {"raft_multiplier": 1},
    "limits": {"http_max_conns_per_client": 500},
    "services": [{"name": "from-file", "port": 4000, "tags": ["configured"],
                  "check": {"ttl": "1h", "status": "passing"}}],
}


class Agent:
    """One running agent. `mode` is "dev" or "server", `more` is additional configuration."""

    def __init__(self, label, binary, mode, more):
        self.label, self.binary, self.mode, self.more = label, os.path.abspath(binary), mode, more
        self.home = tempfile.mkdtemp(prefix=f"likeness-{label}-")
        self.ports = dict(zip(PORT_NAMES, free_ports(len(PORT_NAMES))))
        self.process = None
        self.saved = {}

    def start(self, timeout=30):
        config = dict(CONFIG, ports=dict(self.ports, grpc=-1, grpc_tls=-1, https=-1), **self.more)
        command = [self.binary, "agent"]
        if self.mode == "dev":
            command.append("-dev")
        else:
            config.update(server=True, bootstrap=True, data_dir=os.path.join(self.home, "data"))
        path = os.path.join(self.home, "agent.json")
        with open(path, "w") as out:
            json.dump(config, out)
        self.log_path = os.path.join(self.home, "log")
        with open(self.log_path, "w") as log:
            self.process = subprocess.Popen(command + ["-config-file", path], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT, cwd=self.home)
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.ready():
                return
            time.sleep(0.05)
        raise RuntimeError(f"{self.binary} did not become ready; its log ends with:\n{self.log_tail()}")

    def ready(self):
        """Whether there is a leader, and the catalog has the configured service and the node's own check."""
        try:
            for path, wanted in (("/v1/health/service/from-file", b'"from-file"'),
                                 ("/v1/health/node/like", b"serfHealth"), ("/v1/health/service/consul", b'"consul"')):
                response = http_client.exchange(self.address(), http_client.build("GET", path), timeout=2)
                if response.status != 200 or wanted not in response.body:
                    return False
            return True
        except (OSError, http_client.ProtocolError):
            return False

    def settled(self, quiet=1.0, timeout=15):
        """Waits until the agent has written nothing for a while. @returns the index that it has reached."""
        index, since, deadline = -1, 0, time.monotonic() + timeout
        while time.monotonic() < deadline:
            now = max(int(http_client.exchange(self.address(), http_client.build("GET", path)).header("X-Consul-Index"))
                      for path in ("/v1/catalog/nodes", "/v1/catalog/services", "/v1/health/state/any"))
            if now != index:
                index, since = now, time.monotonic()
            elif time.monotonic() - since > quiet:
                return index
            time.sleep(0.1)
        raise RuntimeError(f"{self.binary} does not come to rest")

    def address(self, port="http"):
        return ("127.0.0.1", self.ports[port])

    def alive(self):
        return self.process.poll() is None

    def log_tail(self, size=2000):
        with open(self.log_path, errors="replace") as log:
            return log.read()[-size:]

    def stop(self):
        if self.process and self.alive():
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)
