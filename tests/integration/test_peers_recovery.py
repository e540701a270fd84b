"""A cluster that lost its majority permanently continues with the members in raft/peers.json."""

import json
import os

from agent import eventually
from cluster import TERMINATE, ClusterTest


class PeersRecovery(ClusterTest):
    def peers_file(self, one):
        return os.path.join(one.data_dir, "raft", "peers.json")

    def write_peers(self, one, content):
        with open(self.peers_file(one), "w") as out:
            out.write(content if isinstance(content, str) else json.dumps(content))

    def refused(self, one, content, why):
        """The server does not start with that file, gives the reason, and keeps the file."""
        self.write_peers(one, content)
        seen = len(one.output())
        one.start()
        self.assertEqual(one.process.wait(30), 1)
        said = one.output()[seen:]
        self.assertIn("peers.json: ", said)
        self.assertIn(why, said)
        self.assertTrue(os.path.exists(self.peers_file(one)))

    def test_the_last_of_three_servers_goes_on_alone_and_new_ones_join_it(self):
        cluster = self.cluster(3)
        survivor, *lost = cluster.servers
        for number in range(20):
            self.assertEqual(survivor.request("PUT", f"/v1/kv/kept/{number}", str(number))[0], 200)
        id, lost_id = (one.get("/v1/agent/self")["Config"]["NodeID"] for one in (survivor, lost[0]))
        for one in lost:
            one.kill()
        survivor.end(TERMINATE)

        own = {"id": id, "address": f"{survivor.host.address}:8300"}
        self.refused(survivor, "[{", "it has to be a JSON list of servers")
        self.refused(survivor, {"servers": [own]}, "it has to be a JSON list of servers")
        self.refused(survivor, [], f"this server, {id}, has to be among the voters")
        self.refused(survivor, [{"id": id}], 'each server needs an "id" and an "address"')
        self.refused(survivor, [own, own], f"server {id} is named twice")
        self.refused(survivor, [{**own, "non_voter": True}], f"this server, {id}, has to be among the voters")
        self.refused(survivor, [own, {"id": lost_id[::-1], "address": "10.0.0.9:8300"}], "was no member before")

        self.write_peers(survivor, [own])
        survivor.start()

        def recovered():
            servers = survivor.try_get("/v1/operator/raft/configuration")
            return servers and [s["ID"] for s in servers["Servers"] if s["Leader"]] == [id] and servers["Servers"]
        servers = eventually(recovered, 30, "the survivor's leadership")
        self.assertEqual(len(servers), 1)
        self.assertFalse(os.path.exists(self.peers_file(survivor)))
        for number in range(20):
            self.assertEqual(survivor.request("GET", f"/v1/kv/kept/{number}?raw&consistent")[2], str(number).encode())
        self.assertEqual(survivor.request("PUT", "/v1/kv/later", "1")[0], 200)

        # The lost servers return with empty disks, under their old names.
        for one in lost:
            one.data_dir += "-new"
            one.config["data_dir"] = one.data_dir
            one.start()
        eventually(lambda: len(cluster.voters()) == 3, 60, "three voters")
        survivor.kill()
        leader = cluster.leader(among=lost)
        self.assertEqual(leader.request("GET", "/v1/kv/later?raw&consistent")[2], b"1")
        self.assertEqual(leader.request("GET", "/v1/kv/kept/7?raw&consistent")[2], b"7")


if __name__ == "__main__":
    import unittest
    unittest.main()
