"""The leader's reconciliation of gossip members: nodes and serfHealth in the catalog, and what depends on them."""

import json
import unittest

from agent import eventually
from cluster import KILL, ClusterTest
from test_cluster import dns_addresses

FAST = {"probe_interval": "200ms", "probe_timeout": "100ms", "gossip_interval": "50ms", "suspicion_mult": 2}
BOUND = 20  # seconds until any change among the members is in the catalog


class Catalog(ClusterTest):
    def health(self, name):
        """@returns the status of the node's serfHealth from a server; None if absent."""
        checks = self.all.servers[0].try_get(f"/v1/health/node/{name}") or []
        return next((c["Status"] for c in checks if c["CheckID"] == "serfHealth"), None)

    def nodes(self):
        return {n["Node"] for n in self.all.servers[0].try_get("/v1/catalog/nodes") or []}

    def passing(self):
        return len(self.all.servers[0].try_get("/v1/health/service/web?passing") or [])

    def test_the_catalog_follows_the_members(self):
        self.all = self.cluster(3, 2, gossip_lan=FAST)
        server, (stays, dies) = self.all.servers[0], self.all.clients

        eventually(lambda: all(self.health(name) == "passing" for name in self.all.agents), BOUND,
                   "serfHealth of every agent")
        self.assertEqual(self.nodes(), set(self.all.agents))
        consul = {s["Node"]: s for s in server.get("/v1/catalog/service/consul")}
        self.assertEqual(set(consul), {"s1", "s2", "s3"})
        for one in consul.values():
            self.assertEqual((one["ServicePort"], one["ServiceMeta"]["non_voter"]), (8300, "false"))
        client = server.get("/v1/catalog/node/c2")
        self.assertEqual(client["Node"]["Address"], dies.host.address)
        self.assertEqual(client["Services"], {})

        for one in self.all.servers:
            eventually(lambda: sorted(m["Name"] for m in one.try_get("/v1/agent/members?wan=1") or []) ==
                       ["s1.dc1", "s2.dc1", "s3.dc1"], BOUND, "three servers in the WAN pool")
            self.assertIn("New leader elected", one.output())
        self.assertIn("s3.dc1", server.cli("members", "-wan").stdout)

        dies.put("/v1/agent/service/register", {"Name": "web", "Port": 80})
        eventually(lambda: self.passing() == 1, BOUND, "the client's service")
        self.assertEqual(dns_addresses(server, "web.service.consul"), (0, [dies.host.address]))
        status, _, body = server.request("PUT", "/v1/session/create", {"Node": "c2", "LockDelay": "0s"})
        self.assertEqual(status, 200, body)
        session = json.loads(body)["ID"]
        self.assertEqual(server.request("PUT", f"/v1/kv/lock?acquire={session}", "x")[2].strip(), b"true")

        dies.process.send_signal(KILL)
        dies.process.wait()
        eventually(lambda: self.health("c2") == "critical", BOUND, "critical serfHealth of the killed client")
        self.assertEqual(self.passing(), 0)
        self.assertEqual(dns_addresses(server, "web.service.consul"), (3, []))
        self.assertEqual(server.get(f"/v1/session/info/{session}"), [])
        self.assertNotIn("Session", server.get("/v1/kv/lock")[0])

        dies.start()
        eventually(lambda: self.health("c2") == "passing", BOUND, "serfHealth of the client that came back")
        eventually(lambda: self.passing() == 1, BOUND, "its service")

        stays.put("/v1/agent/leave")
        eventually(lambda: "c1" not in self.nodes(), BOUND, "the end of the node that left")
        self.assertEqual(self.nodes(), {"s1", "s2", "s3", "c2"})


if __name__ == "__main__":
    unittest.main()
