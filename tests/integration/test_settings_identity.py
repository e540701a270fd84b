"""Each setting of an agent's identity and listeners shows its effect."""

import base64
import json
import os
import pwd
import socket
import stat
import unittest

from agent import eventually
from ports import free_ports
from settings_case import SettingsTest

ID = "6dd2b1f0-0000-4000-8000-00000000abcd"


class Identity(SettingsTest):
    def test_names_and_metadata(self):
        one = self.start(node_name="somebody", node_id=ID, datacenter="East", node_meta={"rack": "7"},
                         locality={"region": "north", "zone": "n1"}, tagged_addresses={"virtual": "10.9.9.9"},
                         primary_datacenter="east")
        node = one.get("/v1/catalog/node/somebody")["Node"]
        self.assertEqual((node["ID"], node["Datacenter"]), (ID, "east"))
        eventually(lambda: one.get("/v1/catalog/node/somebody")["Node"]["Meta"].get("rack") == "7", 10, "metadata")
        node = one.get("/v1/catalog/node/somebody")["Node"]
        self.assertEqual(node["TaggedAddresses"]["virtual"], "10.9.9.9")
        # The agent and the leader both write the node at start: neither overwrites the other's part.
        self.assertEqual(node["Locality"], {"Region": "north", "Zone": "n1"})
        self.assertEqual(one.get("/v1/agent/self")["Config"]["PrimaryDatacenter"], "east")

    def test_records_of_access_control_belong_to_the_primary_datacenter(self):
        one = self.agent(acl={"enabled": True}, primary_datacenter="other").start(ready=False)
        answer = eventually(lambda: one.try_request("PUT", "/v1/acl/bootstrap"), 20, "an answer")
        self.assertEqual(answer[0], 501, answer)
        self.assertIn(b"datacenter other", answer[2])

    def test_the_machine_gives_the_node_its_id(self):
        """Two nodes of one machine derive the same id from it; random ids differ."""
        ids = []
        for disabled in (False, False, True):
            one = self.start(disable_host_node_id=disabled)
            ids.append(one.get("/v1/agent/self")["Config"]["NodeID"])
            one.kill()
        self.assertEqual(ids[0], ids[1])
        self.assertNotEqual(ids[0], ids[2])

    def with_addresses(self, one):
        """@returns the agent's node once the agent has registered itself in the catalog."""
        node = one.get("/v1/catalog/node/it")["Node"]
        return node if node["TaggedAddresses"] else None

    def test_advertised_addresses(self):
        one = self.start(advertise_addr="127.0.0.5", advertise_addr_ipv6="fd00::5", advertise_addr_wan="127.0.0.6",
                         advertise_addr_wan_ipv6="fd00::6", bind_addr="127.0.0.5")
        node = eventually(lambda: self.with_addresses(one), 10, "the addresses in the catalog")
        self.assertEqual(node["Address"], "127.0.0.5")
        self.assertEqual(node["TaggedAddresses"], {
            "lan": "127.0.0.5", "lan_ipv4": "127.0.0.5", "lan_ipv6": "fd00::5",
            "wan": "127.0.0.6", "wan_ipv4": "127.0.0.6", "wan_ipv6": "fd00::6"})
        [member] = one.get("/v1/agent/members?wan=true")
        self.assertEqual((member["Name"], member["Addr"]), ("it.dc1", "127.0.0.6"))
        one = self.start(bind_addr="127.0.0.1", advertise_addr_ipv4="127.0.0.7", advertise_addr_wan_ipv4="127.0.0.8")
        tags = eventually(lambda: self.with_addresses(one), 10, "the addresses in the catalog")["TaggedAddresses"]
        self.assertEqual((tags["lan_ipv4"], tags["wan_ipv4"]), ("127.0.0.7", "127.0.0.8"))

    def test_the_data_directory_is_made_and_kept(self):
        one = self.start()
        self.assertTrue(os.path.isdir(one.data_dir))
        one.put("/v1/kv/kept", "here")
        one.end()
        one.start()
        self.assertEqual(base64.b64decode(one.get("/v1/kv/kept")[0]["Value"]), b"here")

    def test_protocols_that_nobody_speaks_are_refused(self):
        self.assertIn("Protocol version '1' too low. Must be in range: [2, 3]", self.refused(protocol=1))
        self.assertIn("Protocol version '4' too high. Must be in range: [2, 3]", self.refused(protocol=4))
        self.assertIn("raft_protocol version 2 is not supported", self.refused(raft_protocol=2))
        self.assertEqual(self.start(protocol=3, raft_protocol=3).get("/v1/agent/members")[0]["Tags"]["vsn"], "3")

    def test_a_server_of_several_waits_for_the_others(self):
        one = self.agent(bootstrap=False, bootstrap_expect=3).start(ready=False)
        eventually(one.statuses, 20, "the agent's own membership")
        self.assertEqual(json.loads(one.request("GET", "/v1/status/leader")[2]), "")
        self.assertEqual(one.get("/v1/agent/self")["Member"]["Tags"]["expect"], "3")
        alone = self.start(bootstrap=True)
        self.assertEqual(alone.get("/v1/agent/self")["Member"]["Tags"]["bootstrap"], "1")

    def test_the_mesh_has_a_root_certificate_of_the_configured_life_and_cluster(self):
        cluster = "11111111-2222-3333-4444-555555555555"
        one = self.start(connect={"enabled": True, "ca_config": {"cluster_id": cluster, "root_cert_ttl": "9000h"}})
        roots = eventually(lambda: one.get("/v1/connect/ca/roots")["Roots"], 20, "a root")
        self.assertEqual(one.get("/v1/connect/ca/roots")["TrustDomain"], f"{cluster}.consul")
        year = lambda field: int(roots[0][field][:4])
        self.assertIn(year("NotAfter") - year("NotBefore"), (1, 2))
        status, _, body = self.start(connect={"enabled": False}).request("GET", "/v1/connect/ca/roots")
        self.assertEqual((status, body), (500, b"Connect must be enabled in order to use this endpoint"))
        self.assertIn("cluster_id was supplied but was not a valid UUID",
                      self.refused(connect={"ca_config": {"cluster_id": "mine"}}))

    def test_lives_of_certificates_are_judged(self):
        """Regardless of skip_validate, as in Consul."""
        for skip in (False, True):
            settings = {"ca_provider": "consul", "ca_config": {"root_cert_ttl": "24h", "skip_validate": skip}}
            self.assertIn("root cert TTL is set and is not greater than intermediate cert ttl",
                          self.refused(connect=settings))


class Places(SettingsTest):
    def listens(self, address, port):
        try:
            socket.create_connection((address, port), timeout=5).close()
            return True
        except OSError:
            return False

    def test_addresses_of_clients(self):
        one = self.start(client_addr="127.0.0.1 127.0.0.3")
        self.assertTrue(self.listens("127.0.0.3", one.ports["http"]))
        self.assertTrue(self.listens("127.0.0.3", one.ports["dns"]))
        one = self.start(addresses={"dns": "127.0.0.4", "http": "127.0.0.1 127.0.0.5"})
        self.assertTrue(self.listens("127.0.0.5", one.ports["http"]))
        self.assertFalse(self.listens("127.0.0.4", one.ports["http"]))
        self.assertEqual(self.ask(one, "it.node.consul", address="127.0.0.4").rcode, 0)
        self.assertFalse(self.listens("127.0.0.1", one.ports["dns"]))

    def test_addresses_of_https(self):
        port = free_ports(1)[0]
        one = self.agent(ports={"https": port}, addresses={"https": "127.0.0.4"})
        self.certificate(one)
        one.start()
        self.assertTrue(self.listens("127.0.0.4", port))
        self.assertFalse(self.listens("127.0.0.1", port))

    def certificate(self, one):
        import subprocess
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=a", "-days", "2"], cwd=one.home, check=True,
                       capture_output=True)
        one.config["tls"] = {"https": {"cert_file": f"{one.home}/cert.pem", "key_file": f"{one.home}/key.pem"}}

    def test_addresses_of_gossip(self):
        one = self.start(bind_addr="127.0.0.1", serf_lan="127.0.0.5", serf_wan="127.0.0.6")
        self.assertTrue(self.listens("127.0.0.5", one.ports["serf_lan"]))
        self.assertFalse(self.listens("127.0.0.1", one.ports["serf_lan"]))
        self.assertTrue(self.listens("127.0.0.6", one.ports["serf_wan"]))
        self.assertTrue(self.listens("127.0.0.1", one.ports["server"]))
        without = self.start(ports={"serf_wan": -1})
        self.assertFalse(self.listens("127.0.0.1", without.ports["serf_wan"]))

    def test_ports(self):
        """The agent listens on every port that the test chooses."""
        one = self.start()
        for name in ("http", "dns", "server", "serf_lan", "serf_wan"):
            self.assertTrue(self.listens("127.0.0.1", one.ports[name]), name)
        off = self.start(ports={"dns": -1})
        self.assertFalse(self.listens("127.0.0.1", off.ports["dns"]))

    @unittest.skipUnless(os.geteuid() == 0, "only root may give files away")
    def test_owner_and_mode_of_unix_sockets(self):
        one = self.agent()
        os.chmod(one.home, 0o755)
        path = os.path.join(one.home, "http.sock")
        one.config.update(addresses={"http": f"unix://{path}"},
                          unix_sockets={"user": "nobody", "group": "1", "mode": "0640"})
        one.start(ready=False)
        eventually(lambda: os.path.exists(path) and stat.S_IMODE(os.stat(path).st_mode) == 0o640, 20, "the socket")
        found = os.stat(path)
        self.assertEqual((pwd.getpwuid(found.st_uid).pw_name, found.st_gid), ("nobody", 1))


if __name__ == "__main__":
    unittest.main()
