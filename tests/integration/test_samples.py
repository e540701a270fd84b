"""The samples in configs/ work as they are."""

import glob
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from agent import BINARY, ROOT

CONFIGS = os.path.join(ROOT, "configs")


def validate(*paths):
    return subprocess.run([BINARY, "validate", *paths], capture_output=True, text=True, timeout=30)


def read(*path):
    with open(os.path.join(CONFIGS, *path)) as source:
        return source.read()


class Samples(unittest.TestCase):
    def test_every_agent_configuration_is_valid(self):
        files = [f for name in ("server", "client") for f in glob.glob(os.path.join(CONFIGS, name, "agent.*"))]
        self.assertEqual(len(files), 4)
        for path in files:
            with self.subTest(path=os.path.relpath(path, ROOT)):
                done = validate(path)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertTrue(done.stdout.endswith("Configuration is valid!\n"), done.stdout)

    def test_service_definitions_are_valid_beside_their_agent(self):
        done = validate(os.path.join(CONFIGS, "client", "agent.hcl"), os.path.join(CONFIGS, "client", "web.hcl"))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_definitions_of_the_development_agent_are_valid(self):
        done = subprocess.run([BINARY, "validate", os.path.join(CONFIGS, "client", "agent.hcl"),
                               *glob.glob(os.path.join(CONFIGS, "dev", "*.hcl"))],
                              capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 0, done.stderr)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is missing")
    def test_the_unit_is_one(self):
        with tempfile.TemporaryDirectory() as place:
            path = os.path.join(place, "praetor.service")
            with open(path, "w") as out:
                out.write(read("systemd", "praetor.service").replace("/usr/local/bin/praetor", BINARY))
            done = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, timeout=60)
            said = [line for line in done.stderr.splitlines() if "praetor.service" in line]
            self.assertEqual(said, [])

    def test_the_unit_and_the_containers_name_files_that_exist(self):
        self.assertIn("\nType=notify\n", read("systemd", "praetor.service"))
        compose = read("compose", "compose.yaml")
        for mounted in set(re.findall(r'"(\.\./\w+):/etc/praetor:ro"', compose)):
            self.assertTrue(os.path.exists(os.path.join(CONFIGS, "compose", mounted, "agent.hcl")), mounted)
        for server in re.search(r"retry_join\s*=\s*\[(.*)\]", read("server", "agent.hcl")).group(1).split(","):
            self.assertIn(f"hostname: {server.strip().strip(chr(34))}\n", compose)


if __name__ == "__main__":
    unittest.main()
