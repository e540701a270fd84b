"""A leader whose disk stalls transfers leadership, and comes back as a follower when the disk recovers."""

import os
import shutil
import subprocess
import tempfile
import unittest

from agent import eventually
from cluster import ClusterTest

# Preloaded into a server: syncs block as long as the file STALL_FILE exists.
STALLING_SYNC = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static void wait_for_the_disk(void) {
  const char* file = getenv("STALL_FILE");
  while (file && access(file, F_OK) == 0) usleep(10000);
}
int fdatasync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  wait_for_the_disk();
  return real(fd);
}
int fsync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  wait_for_the_disk();
  return real(fd);
}
"""


@unittest.skipUnless(shutil.which("cc"), "a disk that stalls needs a C compiler")
class DiskStall(ClusterTest):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="praetor-stall-")
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.library = os.path.join(self.home, "stall.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", self.library, "-ldl"], check=True,
                       input=STALLING_SYNC, text=True, capture_output=True)

    def stall_file(self, one):
        return os.path.join(self.home, one.config["node_name"])

    def test_a_leader_whose_disk_stalls_hands_leadership_over(self):
        cluster = self.cluster(3, start=False)
        for one in cluster.servers:
            one.start(environment={"LD_PRELOAD": self.library, "STALL_FILE": self.stall_file(one)})
        cluster.wait_whole()
        stuck = cluster.leader()
        others = [one for one in cluster.servers if one is not stuck]
        self.assertEqual(stuck.request("PUT", "/v1/kv/before", "1")[0], 200)

        open(self.stall_file(stuck), "w").close()
        # The two healthy disks are a majority: writes are durable before and after the transfer.
        self.assertEqual(others[0].request("PUT", "/v1/kv/stalled", "1", timeout=30)[0], 200)
        eventually(lambda: self.leads(others), 30, "another leader")
        self.assertEqual(others[1].request("PUT", "/v1/kv/after", "1", timeout=30)[0], 200)
        self.assertTrue(stuck.alive(), stuck.output()[-2000:])

        os.remove(self.stall_file(stuck))

        def caught_up():
            return all(stuck.request("GET", f"/v1/kv/{key}?raw&stale")[2] == b"1"
                       for key in ("before", "stalled", "after"))
        eventually(caught_up, 30, "what was written meanwhile")
        self.assertEqual(len(cluster.voters()), 3)
        self.assertEqual(stuck.request("PUT", "/v1/kv/again", "1")[0], 200)

    @staticmethod
    def leads(those):
        """One of those is the leader by their own account."""
        said = {one.try_get("/v1/status/leader", timeout=1) for one in those}
        return len(said) == 1 and said <= {f"{one.host.address}:8300" for one in those}


if __name__ == "__main__":
    unittest.main()
