"""A full disk rejects writes, continues reads, and accepts writes again when there is room."""

import os
import subprocess
import tempfile
import unittest

from agent import AgentTest, eventually


class FullDisk(AgentTest):
    def mount(self, megabytes):
        if os.geteuid() != 0:
            self.skipTest("mounting a small file system needs root")
        folder = tempfile.mkdtemp(prefix="praetor-full-disk-")
        self.addCleanup(os.rmdir, folder)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder],
                              stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            self.skipTest(f"no file system can be mounted here: {done.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", folder])
        return folder

    def test_writes_are_refused_and_resume(self):
        folder = self.mount(192)
        ballast = os.path.join(folder, "ballast")
        with open(ballast, "wb", buffering=0) as out:
            agent = self.agent(data_dir=os.path.join(folder, "data")).start(timeout=60)
            agent.put("/v1/kv/before", "kept")
            for size in (65536, 4096):
                try:
                    while out.write(b"x" * size):
                        pass
                except OSError:
                    pass

        def refused():
            status, _, body = agent.request("PUT", "/v1/kv/filler", "y" * 100000, timeout=30)
            return body if status == 500 else None

        said = eventually(refused, 60, "a refusal").decode()
        self.assertRegex(said.lower(), "space|disk|full")
        self.assertTrue(agent.alive())
        self.assertEqual(agent.request("GET", "/v1/kv/before?raw")[2], b"kept")
        self.assertEqual(agent.request("GET", "/v1/kv/before?raw&consistent")[2], b"kept")
        self.assertEqual(agent.request("PUT", "/v1/kv/another", "y" * 100000, timeout=30)[0], 500)
        os.remove(ballast)
        eventually(lambda: agent.request("PUT", "/v1/kv/after", "x", timeout=30)[0] == 200, 30, "a write")
        agent.kill()
        agent.start()
        self.assertEqual(agent.request("GET", "/v1/kv/before?raw")[2], b"kept")
        self.assertEqual(agent.request("GET", "/v1/kv/after?raw")[2], b"x")


if __name__ == "__main__":
    unittest.main()
