"""`debug` collects an archive, and stops early on request."""

import json
import os
import signal
import subprocess
import tarfile
import tempfile
import unittest

from agent import Agent


class Debug(unittest.TestCase):
    def test_an_interrupted_run_leaves_an_archive_of_what_it_has(self):
        with tempfile.TemporaryDirectory() as place:
            agent = Agent().start()
            self.addCleanup(agent.close)
            where = dict(os.environ, CONSUL_HTTP_ADDR=f"127.0.0.1:{agent.ports['http']}")
            process = subprocess.Popen(agent.command("debug", "-duration", "10m", "-output", "d"), cwd=place, env=where,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            self.addCleanup(process.kill)
            lines = []
            while not lines or not lines[-1].startswith("==> Capture successful"):
                lines.append(process.stdout.readline())
                self.assertTrue(lines[-1], "".join(lines))
            process.send_signal(signal.SIGINT)
            rest, errors = process.communicate(timeout=30)
            self.assertEqual(process.returncode, 0, errors)
            self.assertEqual(rest, "    Saved debug archive: d.tar.gz\n")
            self.assertIn("[WARN] Unable to capture pprof.", errors)
            self.assertEqual(os.listdir(place), ["d.tar.gz"])
            with tarfile.open(os.path.join(place, "d.tar.gz")) as archive:
                names = set(archive.getnames())
                index = json.load(archive.extractfile("d/index.json"))
                self.assertEqual(json.load(archive.extractfile("d/agent.json"))["Config"]["NodeName"], "it")
            for name in ("agent.json", "consul.log", "host.json", "index.json", "members.json", "metrics.json"):
                self.assertIn("d/" + name, names)
            self.assertEqual(index["Targets"], ["metrics", "logs", "host", "agent", "members"])

    def test_what_can_not_be_done_is_refused(self):
        agent = Agent()
        self.addCleanup(agent.close)
        for flags, why in [(("-duration", "1s"), "duration must be longer than 10s"),
                           (("-interval", "1s"), "interval must be longer than 5s"),
                           (("-capture", "xx"), "target not found: xx")]:
            done = subprocess.run(agent.command("debug", *flags), capture_output=True, text=True, timeout=30)
            self.assertEqual((done.returncode, done.stderr), (1, f"==> Capture validation failed: {why}\n"))


if __name__ == "__main__":
    unittest.main()
