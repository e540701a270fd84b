"""Archives of the whole state: saved, inspected, restored and rejected, by real processes."""

import gzip
import io
import os
import subprocess
import tarfile
import tempfile
import unittest

from agent import ROOT, Agent, eventually

REAL = os.path.join(ROOT, "tests", "unit", "snapshot", "data", "real.snap")
# A Consul 1.19.2 to compare with; the tests that need it are skipped without it.
CONSUL = os.environ.get("PRAETOR_CONSUL")


class Snapshots(unittest.TestCase):
    def setUp(self):
        self.agent = Agent().start()
        self.addCleanup(self.agent.close)
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)

    def path(self, name):
        return os.path.join(self.place.name, name)

    def run_command(self, *arguments, program=None):
        command = [program, *arguments] if program else self.agent.command(*arguments)
        where = dict(os.environ, CONSUL_HTTP_ADDR=f"127.0.0.1:{self.agent.ports['http']}")
        return subprocess.run(command, capture_output=True, text=True, timeout=60, env=where, cwd=self.place.name)

    def put(self, key, value):
        self.assertEqual(self.agent.request("PUT", "/v1/kv/" + key, value)[0], 200)

    def value(self, key):
        status, _, body = self.agent.request("GET", f"/v1/kv/{key}?raw&consistent")
        return body.decode() if status == 200 else None

    def save(self, name="a.snap"):
        done = self.run_command("snapshot", "save", name)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^Saved and verified snapshot to index \d+\n$")
        return self.path(name)

    def test_a_restored_archive_brings_back_the_state_and_takes_away_what_came_after(self):
        self.put("kept", "before")
        self.save()
        self.put("kept", "after")
        self.put("new", "after")
        done = self.run_command("snapshot", "restore", "a.snap")
        self.assertEqual((done.returncode, done.stdout), (0, "Restored snapshot\n"), done.stderr)
        self.assertEqual(self.value("kept"), "before")
        self.assertIsNone(self.value("new"))
        self.put("later", "1")
        self.agent.kill()
        self.agent.start()
        self.assertEqual(self.value("kept"), "before")
        self.assertEqual(self.value("later"), "1")

    def test_the_answer_has_the_headers_of_a_read(self):
        status, headers, body = self.agent.request("GET", "/v1/snapshot")
        headers = {name.lower(): value for name, value in dict(headers).items()}
        self.assertEqual(status, 200)
        self.assertEqual(headers["content-type"], "application/x-gzip")
        self.assertGreater(int(headers["x-consul-index"]), 0)
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(body))) as archive:
            self.assertEqual(archive.getnames(), ["meta.json", "state.bin", "SHA256SUMS"])

    def test_a_cut_or_altered_archive_is_refused_and_nothing_is_lost(self):
        self.put("kept", "v")
        with open(self.save(), "rb") as source:
            whole = source.read()
        unpacked = gzip.decompress(whole)
        at = unpacked.index(b"kept")
        altered = gzip.compress(unpacked[:at] + b"lost" + unpacked[at + 4:])
        for body, why in [(b"", "failed to decompress snapshot: EOF"),
                          (b"no archive", "failed to decompress snapshot"),
                          (whole[:len(whole) // 2], "unexpected EOF"),
                          (altered, "hash check failed for"),
                          (whole + b"x", "")]:
            with self.subTest(why=why):
                status, _, answer = self.agent.request("PUT", "/v1/snapshot", body)
                self.assertEqual(status, 500)
                self.assertIn(why, answer.decode())
                self.assertEqual(self.value("kept"), "v")
        for name, body in [("cut.snap", whole[:len(whole) // 2]), ("altered.snap", altered)]:
            with open(self.path(name), "wb") as out:
                out.write(body)
            for verb in ("restore", "inspect"):
                done = self.run_command("snapshot", verb, name)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertNotEqual(done.stderr + done.stdout, "")
            self.assertEqual(self.value("kept"), "v")
        status, _, answer = self.agent.request("PUT", "/v1/snapshot?stale", whole)
        self.assertEqual((status, answer), (500, b"stale not allowed for restore"))

    def test_an_archive_of_a_real_server_restores(self):
        with open(REAL, "rb") as source:
            status, _, answer = self.agent.request("PUT", "/v1/snapshot", source.read())
        self.assertEqual((status, answer), (200, b""))
        status, _, body = self.agent.request("GET", "/v1/kv/?keys")
        self.assertEqual((status, body), (200, b'["a","b/c"]'))
        # The agent continues to sync its own node to the restored catalog.
        eventually(lambda: b"serfHealth" in self.agent.request("GET", "/v1/health/node/it")[2], 30, "the own node")

    def test_members_of_another_cluster_do_not_outlast_its_archive(self):
        for node in ("member", "external"):
            check = {"CheckID": "serfHealth" if node == "member" else "own", "Name": "c", "Status": "passing"}
            self.assertEqual(self.agent.request("PUT", "/v1/catalog/register", {
                "Node": node, "Address": "10.9.9.9", "Check": check})[0], 200)
        archive = self.agent.request("GET", "/v1/snapshot")[2]
        other = Agent(node_name="other").start()
        self.addCleanup(other.close)
        self.assertEqual(other.request("PUT", "/v1/snapshot", archive, timeout=30)[0], 200)
        # Nodes that were never members are not removed by the reconciler.
        eventually(lambda: [n["Node"] for n in other.get("/v1/catalog/nodes")] == ["external", "other"], 20,
                   "the end of the other cluster's members")

    def test_inspect_reads_what_was_saved(self):
        self.put("a/b/c", "1")
        self.put("a/b/d", "1")
        self.save()
        done = self.run_command("snapshot", "inspect", "-kvdetails", "a.snap")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^ a/b +2 +\d+B$")
        if CONSUL:
            self.assertEqual(done.stdout, self.run_command("snapshot", "inspect", "-kvdetails", "a.snap",
                                                           program=CONSUL).stdout)

    @unittest.skipUnless(CONSUL, "PRAETOR_CONSUL names no Consul 1.19.2")
    def test_the_real_program_saves_and_restores_through_us(self):
        self.put("kept", "v")
        for program, verb in [(CONSUL, "save"), (CONSUL, "restore")]:
            done = self.run_command("snapshot", verb, "real.snap", program=program)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.value("kept"), "v")


if __name__ == "__main__":
    unittest.main()
