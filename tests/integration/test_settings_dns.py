"""Each DNS setting with a value other than the default shows its effect in answers."""

import contextlib
import socket
import struct
import threading
import unittest

from agent import eventually
from ports import free_ports
from settings_case import ADDITIONAL, ANSWER, AUTHORITY, SettingsTest, dns_wire

NO_SUCH_NAME = 3


@contextlib.contextmanager
def name_server(address, silent=False):
    """A DNS server that answers every query with `address`, or never; @yields (port, questions)."""
    questions = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))

        def serve():
            while True:
                try:
                    packet, client = one.recvfrom(4096)
                except OSError:
                    return
                if not packet:
                    return
                questions.append(packet)
                if silent:
                    continue
                end = packet.index(b"\0", 12) + 5
                one.sendto(packet[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + packet[12:end] + b"\xc0\x0c" +
                           struct.pack(">HHIH", 1, 1, 7, 4) + socket.inet_aton(address), client)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = one.getsockname()[1]
        try:
            yield port, questions
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", ("127.0.0.1", port))
            thread.join()


class Names(SettingsTest):
    def test_domains(self):
        one = self.start(domain="house.", alt_domain="garden.")
        for domain in ("house", "garden"):
            answer = self.ask(one, f"it.node.{domain}")
            self.assertEqual([(r[0], r[4]) for r in answer.sections[ANSWER]], [(f"it.node.{domain}.", "127.0.0.1")])
        self.assertNotEqual(self.ask(one, "it.node.consul").rcode, 0)
        one.config.update(domain="attic.", alt_domain="")
        one.write_config()
        one.put("/v1/agent/reload")
        eventually(lambda: self.ask(one, "it.node.attic").rcode == 0, 10, "the new domain")
        self.assertNotEqual(self.ask(one, "it.node.garden").rcode, 0)

    def test_times_to_live(self):
        one = self.start(dns_config={"node_ttl": "11s", "service_ttl": {"web": "22s", "d*": "33s", "*": "44s"},
                                     "soa": {"refresh": 101, "retry": 102, "expire": 103, "min_ttl": 104}})
        for name in ("web", "db", "other"):
            self.register(one, "far", "10.0.0.1", {"Service": name, "Port": 1})
        self.assertEqual(self.ttls(one, "far.node.consul"), {11})
        for name, ttl in (("web", 22), ("db", 33), ("other", 44)):
            self.assertEqual(self.ttls(one, f"{name}.service.consul"), {ttl}, name)
        nothing = self.ask(one, "nobody.node.consul")
        self.assertEqual(nothing.rcode, NO_SUCH_NAME)
        [(owner, kind, _, ttl, data)] = nothing.sections[AUTHORITY]
        self.assertEqual((owner, kind, ttl), ("consul.", "SOA", 104))
        self.assertTrue(data.endswith("<serial> 101 102 103 104"), data)

    def test_numbers_and_sizes_of_answers(self):
        def cluster(**dns):
            one = self.start(dns_config=dns)
            for n in range(20):
                self.register(one, f"n{n}", f"10.0.0.{n + 1}", {"Service": "web", "Port": 80})
            return one
        count = lambda one, **how: len(self.ask(one, "web.service.consul", **how).sections[ANSWER])
        one = cluster(udp_answer_limit=2, enable_truncate=True)
        self.assertEqual(count(one), 2)
        self.assertEqual(count(one, tcp=True), 20)
        self.assertIn("TC", self.ask(one, "web.service.consul").flags)
        self.assertNotIn("TC", self.ask(cluster(udp_answer_limit=2), "web.service.consul").flags)
        self.assertEqual(count(cluster(a_record_limit=4, udp_answer_limit=10), tcp=True), 4)
        small = self.ask(cluster(), "web.service.consul", "SRV", tcp=True)
        large = self.ask(cluster(disable_compression=True), "web.service.consul", "SRV", tcp=True)
        self.assertEqual(len(small.sections[ANSWER]), len(large.sections[ANSWER]))
        self.assertGreater(large.size, small.size)

    def test_only_passing(self):
        for only, rcode in ((False, 0), (True, NO_SUCH_NAME)):
            one = self.start(dns_config={"only_passing": only})
            self.register(one, "far", "10.0.0.1", {"Service": "web", "Port": 1},
                          Check={"CheckID": "c", "Name": "c", "ServiceID": "web", "Status": "warning"})
            self.assertEqual(self.ask(one, "web.service.consul").rcode, rcode)

    def test_metadata_of_nodes(self):
        for shown in (True, False):
            one = self.start(dns_config={"enable_additional_node_meta_txt": shown}, node_meta={"rack": "7"})
            eventually(lambda: one.get("/v1/catalog/nodes")[0]["Meta"].get("rack"), 10, "the metadata in the catalog")
            more = self.ask(one, "it.node.consul").sections[ADDITIONAL]
            self.assertEqual([r[4] for r in more if r[1] == "TXT" and "rack" in r[4]], ["['rack=7']"] if shown else [])


class Recursion(SettingsTest):
    def test_recursors_are_asked_in_order_or_at_random(self):
        with name_server("10.1.1.1") as (first, _), name_server("10.2.2.2") as (second, asked):
            where = [f"127.0.0.1:{first}", f"127.0.0.1:{second}"]
            one = self.start(recursors=where)
            for _ in range(10):
                self.assertEqual(self.ask(one, "example.org").sections[ANSWER][0][4], "10.1.1.1")
            self.assertEqual(asked, [])
            one = self.start(recursors=where, dns_config={"recursor_strategy": "random"})
            eventually(lambda: self.ask(one, "example.org").sections[ANSWER][0][4] == "10.2.2.2", 20, "the second one")

    def test_a_silent_recursor_is_given_up(self):
        with name_server("", silent=True) as (first, _), name_server("10.2.2.2") as (second, _):
            one = self.start(recursors=[f"127.0.0.1:{first}", f"127.0.0.1:{second}"],
                             dns_config={"recursor_timeout": "100ms"})
            # With the default of 2 s this client would have timed out.
            answer = dns_wire.ask_udp(("127.0.0.1", one.ports["dns"]), dns_wire.query("example.org", "A"), timeout=1.5)
            self.assertIsNotNone(answer)
            self.assertEqual(dns_wire.Message(answer).sections[ANSWER][0][4], "10.2.2.2")


class OldNews(SettingsTest):
    def test_whether_a_server_without_leader_answers(self):
        """The second server has lost its leader: the settings decide whether DNS may use its state."""
        for dns, rcode in (({}, 0), ({"allow_stale": False}, 2), ({"max_stale": "1ms"}, 2)):
            first = self.agent(node_name="first", bootstrap=False, bootstrap_expect=2, dns_config=dns)
            second = self.agent(node_name="second", bootstrap=False, bootstrap_expect=2, dns_config=dns,
                                performance={"raft_multiplier": 1, "rpc_hold_timeout": "100ms"},
                                retry_join=[f"127.0.0.1:{first.ports['serf_lan']}"])
            first.start(ready=False)
            second.start(ready=False)
            eventually(lambda: all(self.ask(second, f"{name}.node.consul").rcode == 0 for name in ("first", "second")),
                       30, "both nodes in the catalog")
            first.kill()
            eventually(lambda: (second.try_get("/v1/status/leader") or "") == "", 30, "the leader's loss")
            self.assertEqual(self.ask(second, "second.node.consul").rcode, rcode, dns)
            first.close()
            second.close()


if __name__ == "__main__":
    unittest.main()
