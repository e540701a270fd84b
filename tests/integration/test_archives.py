"""Archives larger than any message between agents, saved and restored through a follower and a client agent with no
more memory than a stream window."""

import os
import tempfile
import unittest

from agent import eventually
from cluster import ClusterTest

VALUE = 500_000
VALUES = 300
PIECE = 1 << 20
# The memory for forwarding an archive: the windows of its streams and socket buffers.
ROOM = 60 << 20


def memory(one):
    """@returns the agent's peak memory in bytes since `forget_peak`."""
    with open(f"/proc/{one.process.pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


def forget_peak(one):
    with open(f"/proc/{one.process.pid}/clear_refs", "w") as refs:
        refs.write("5")
    return memory(one)


class Archives(ClusterTest):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)

    def fill(self, one, prefix, values):
        """Incompressible values."""
        for number in range(values):
            status, _, body = one.request("PUT", f"/v1/kv/{prefix}/{number}", os.urandom(VALUE), timeout=30)
            self.assertEqual((status, body), (200, b"true"))

    def save(self, one, name):
        """Reads the archive in pieces. @returns its path"""
        path = os.path.join(self.place.name, name)
        connection = one.connect(timeout=120)
        try:
            connection.request("GET", "/v1/snapshot")
            answer = connection.getresponse()
            self.assertEqual(answer.status, 200)
            with open(path, "wb") as file:
                while piece := answer.read(PIECE):
                    file.write(piece)
        finally:
            connection.close()
        return path

    def restore(self, one, path):
        connection = one.connect(timeout=240)
        try:
            with open(path, "rb") as file:
                connection.request("PUT", "/v1/snapshot", file, {"Content-Length": str(os.path.getsize(path))})
                answer = connection.getresponse()
                return answer.status, answer.read()
        finally:
            connection.close()

    def test_a_large_archive_passes_through_followers_and_client_agents(self):
        cluster = self.cluster(3, 1)
        leader = cluster.leader()
        follower = next(one for one in cluster.servers if one is not leader)
        client = cluster.clients[0]
        self.fill(leader, "big", VALUES)
        first = leader.request("GET", "/v1/kv/big/0?raw")[2]

        archives = {}
        for name, one in (("follower", follower), ("client", client)):
            with self.subTest(saved_through=name):
                before = forget_peak(one)
                archives[name] = self.save(one, name + ".snap")
                self.assertGreater(os.path.getsize(archives[name]), VALUES * VALUE)
                self.assertLess(memory(one) - before, ROOM)

        for name, one in (("follower", follower), ("client", client)):
            with self.subTest(restored_through=name):
                self.assertEqual(leader.request("DELETE", "/v1/kv/big/0", timeout=30)[0], 200)
                before = forget_peak(client)
                self.assertEqual(self.restore(one, archives[name]), (200, b""))
                for asked in (leader, follower, client):
                    self.assertEqual(asked.request("GET", "/v1/kv/big/0?raw&consistent", timeout=30)[2], first)
                # Servers hold the state itself, and for a moment both the old and the new one.
                self.assertLess(memory(client) - before, ROOM)

    def test_who_leaves_in_the_middle_leaves_nothing_behind(self):
        cluster = self.cluster(3, 1)
        leader = cluster.leader()
        client = cluster.clients[0]
        self.fill(leader, "big", 120)
        # More than the maximal number of concurrent archives: each must be abandoned.
        for _ in range(8):
            connection = client.connect(timeout=60)
            connection.request("GET", "/v1/snapshot")
            answer = connection.getresponse()
            self.assertEqual(answer.status, 200)
            answer.read(PIECE)
            connection.close()

            def free():
                status, _, body = client.request("GET", "/v1/kv/big/0?raw", timeout=30)
                return status == 200 and len(body) == VALUE
            eventually(free, 30, "an answer while archives were left in the middle")
        eventually(lambda: client.try_request("GET", "/v1/snapshot", timeout=60)[0] == 200, 60,
                   "an archive after others were left in the middle")

    def test_an_archive_without_permission_is_refused_before_its_body_has_come(self):
        cluster = self.cluster(1, 1, acl={"enabled": True, "default_policy": "deny", "tokens": {
            "initial_management": "11111111-1111-1111-1111-111111111111",
            "default": "11111111-1111-1111-1111-111111111111"}})
        client = cluster.clients[0]
        path = os.path.join(self.place.name, "noise")
        with open(path, "wb") as file:
            file.write(os.urandom(80 << 20))
        eventually(lambda: client.request("GET", "/v1/kv/x?token=11111111-1111-1111-1111-111111111111")[0] == 404, 30,
                   "an agent that knows the token")
        connection = client.connect(timeout=60)
        self.addCleanup(connection.close)
        connection.putrequest("PUT", "/v1/snapshot")
        connection.putheader("Content-Length", str(os.path.getsize(path)))
        connection.putheader("X-Consul-Token", "anonymous")
        connection.endheaders()
        self.assertEqual(connection.getresponse().status, 403)
        status, body = self.restore_with_token(client, path, "11111111-1111-1111-1111-111111111111")
        self.assertEqual(status, 500)
        self.assertIn(b"snapshot", body)

    def restore_with_token(self, one, path, token):
        connection = one.connect(timeout=120)
        try:
            with open(path, "rb") as file:
                connection.request("PUT", "/v1/snapshot", file,
                                   {"Content-Length": str(os.path.getsize(path)), "X-Consul-Token": token})
                answer = connection.getresponse()
                return answer.status, answer.read()
        finally:
            connection.close()


if __name__ == "__main__":
    unittest.main()
