"""Gossip keys and TLS certificates are all replaced without downtime."""

import base64
import json
import os
import shutil
import signal
import subprocess
import tempfile

from agent import BINARY, eventually
from cluster import ClusterTest, Load


def new_key():
    return base64.b64encode(os.urandom(32)).decode()


class Authority:
    """A certificate authority created by the program under test, and its certificates, in one directory."""

    def __init__(self, directory):
        self.directory = directory
        os.makedirs(directory)
        self._made = {"server": 0, "client": 0}
        self._run("tls", "ca", "create")
        self.certificate = os.path.join(directory, "consul-agent-ca.pem")

    def _run(self, *arguments):
        subprocess.run([BINARY, *arguments], cwd=self.directory, check=True, capture_output=True)

    def issue(self, role):
        """@returns the paths of a new certificate and its key."""
        self._run("tls", "cert", "create", f"-{role}", "-dc", "dc1")
        stem = os.path.join(self.directory, f"dc1-{role}-consul-{self._made[role]}")
        self._made[role] += 1
        return stem + ".pem", stem + "-key.pem"


class Rotation(ClusterTest):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="praetor-rotation-")
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)

    def files_of(self, one):
        return {name: os.path.join(one.home, name) for name in ("ca.pem", "cert.pem", "key.pem")}

    def give(self, one, authority):
        files = self.files_of(one)
        certificate, key = authority.issue("server" if one.config["server"] else "client")
        shutil.copy(certificate, files["cert.pem"])
        shutil.copy(key, files["key.pem"])

    def trust(self, one, *authorities):
        with open(self.files_of(one)["ca.pem"], "w") as out:
            for authority in authorities:
                with open(authority.certificate) as pem:
                    out.write(pem.read())

    def reload(self, cluster):
        for one in cluster.agents.values():
            before = one.output().count("reload complete")
            one.process.send_signal(signal.SIGHUP)
            eventually(lambda: one.output().count("reload complete") > before, 10, "the reload")

    def secured(self, authority, key):
        cluster = self.cluster(servers=3, clients=1, encrypt=key, start=False)
        for one in cluster.agents.values():
            files = self.files_of(one)
            self.trust(one, authority)
            self.give(one, authority)
            one.config["tls"] = {
                "defaults": {"ca_file": files["ca.pem"], "cert_file": files["cert.pem"], "key_file": files["key.pem"],
                             "verify_outgoing": True},
                "internal_rpc": {"verify_incoming": True, "verify_server_hostname": True}}
        return cluster.start()

    def keys(self, one):
        return [set(pool["Keys"]) for pool in one.get("/v1/operator/keyring")]

    def test_gossip_keys(self):
        old, new = new_key(), new_key()
        cluster = self.cluster(servers=3, clients=1, encrypt=old)
        one = cluster.clients[0]
        with Load(cluster.agents.values()) as load:
            load.progress()
            for step, key in (("-install", new), ("-use", new), ("-remove", old)):
                done = one.cli("keyring", step, key)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                load.progress()
            self.assertTrue(all(keys == {new} for keys in self.keys(one)), self.keys(one))
            victim = next(server for server in cluster.servers if server is not cluster.leader())
            victim.kill()
            victim.start()  # with the old key in its configuration: the stored key ring takes precedence
            cluster.wait_whole(60)
            load.progress()
        self.check(load, *cluster.agents.values())
        with open(os.path.join(victim.data_dir, "serf", "local.keyring")) as kept:
            self.assertEqual(json.load(kept), [new])

    def test_certificates_and_their_authority(self):
        old, new = Authority(f"{self.home}/old"), Authority(f"{self.home}/new")
        cluster = self.secured(old, new_key())
        agents = list(cluster.agents.values())
        with Load(agents) as load:
            load.progress()
            for one in agents:
                self.trust(one, old, new)
            self.reload(cluster)
            load.progress()
            for one in agents:
                self.give(one, new)
            self.reload(cluster)
            load.progress()
            for one in agents:
                self.trust(one, new)
            self.reload(cluster)
            load.progress()
            # New connections use the new certificates only.
            leader = cluster.leader()
            leader.kill()
            load.progress()
            leader.start()
            cluster.wait_whole(60)
            load.progress()
        self.check(load, *agents)

        stranger = cluster.clients[0]
        stranger.kill()
        self.give(stranger, old)
        stranger.start()
        eventually(lambda: stranger.try_get("/v1/agent/members"), 30, "the agent's first answer")
        self.assertEqual(stranger.request("GET", "/v1/kv/load/0", timeout=30)[0], 500)
        eventually(lambda: any(stranger.host.address in line for one in cluster.servers
                               for line in one.output().splitlines()), 10, "a line that names the refused agent")
