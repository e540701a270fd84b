"""Each setting of joining, of trust between agents, and of Raft and autopilot shows its effect."""

import base64
import os
import signal
import unittest

from agent import eventually
from settings_case import SettingsTest

ALIVE, LEFT = 1, 3
KEY = base64.b64encode(b"k" * 32).decode()


def lan(agent):
    return f"127.0.0.1:{agent.ports['serf_lan']}"


def wan(agent):
    return f"127.0.0.1:{agent.ports['serf_wan']}"


class Joining(SettingsTest):
    def wan_members(self, agent):
        return {m["Name"] for m in agent.try_get("/v1/agent/members?wan=true") or []}

    def test_servers_of_datacenters_join_over_the_wan(self):
        far = self.agent(node_name="far", datacenter="dc2")
        near = self.start(node_name="near", retry_join_wan=[wan(far)], retry_interval_wan="200ms", retry_interval="200ms")
        far.start()  # after the first attempts have failed
        eventually(lambda: self.wan_members(near) == {"near.dc1", "far.dc2"}, 25, "both in the pool")

    def test_who_may_not_fail_to_join_ends(self):
        nobody = "127.0.0.1:1"
        for limit in ({"retry_join": [nobody], "retry_interval": "100ms", "retry_max": 2},
                      {"retry_join_wan": [nobody], "retry_interval_wan": "100ms", "retry_max_wan": 2}):
            one = self.agent(**limit)
            one.start(ready=False)
            self.assertEqual(one.process.wait(60), 1)
            self.assertIn("retry exhausted", one.output())

    def test_who_left_comes_back_by_itself_if_that_is_wanted(self):
        first = self.start(node_name="first")
        for rejoin, status in ((True, ALIVE), (False, LEFT)):
            name = f"second-{rejoin}"
            second = self.client_of(first, node_name=name, rejoin_after_leave=rejoin)
            second.put("/v1/agent/leave")
            self.assertEqual(second.process.wait(30), 0)
            eventually(lambda: first.statuses().get(name) == LEFT, 20, "the leave")
            second.config["retry_join"] = []
            second.start(ready=False)
            if rejoin:
                eventually(lambda: first.statuses().get(name) == status, 30, "the return")
            else:
                eventually(second.statuses, 20, "its own membership")
                self.assertEqual(second.statuses(), {name: ALIVE})
                self.assertEqual(first.statuses()[name], status)

    def test_members_of_other_networks_are_kept_out(self):
        first = self.start(node_name="first", serf_lan_allowed_cidrs=["10.0.0.0/8", "127.0.0.1/32"])
        stranger = self.agent(node_name="second", server=False, bootstrap=False, bind_addr="127.0.0.9",
                              retry_join=[lan(first)]).start(ready=False)
        eventually(lambda: "failed to join" in stranger.output().lower(), 20, "a refusal")
        self.assertNotIn("second", first.statuses())


class Secrecy(SettingsTest):
    def test_encryption_comes_step_by_step(self):
        """While neither direction is verified, agents with and without encryption understand each other."""
        lenient = {"encrypt": KEY, "encrypt_verify_incoming": False, "encrypt_verify_outgoing": False}
        first = self.start(node_name="first", **lenient)
        self.client_of(first, node_name="plain")
        eventually(lambda: first.statuses() == {"first": ALIVE, "plain": ALIVE}, 20, "both members")
        # It sends encrypted gossip only, which the plain one can't read, and rejects plain gossip.
        first.config.update(encrypt_verify_incoming=True, encrypt_verify_outgoing=True)
        first.write_config()
        first.put("/v1/agent/reload")
        eventually(lambda: first.statuses()["plain"] != ALIVE, 60, "the end of plain packets")

    def test_the_key_ring_is_kept_in_a_file_or_not(self):
        for disabled in (False, True):
            one = self.start(encrypt=KEY, disable_keyring_file=disabled)
            self.assertEqual(os.path.exists(os.path.join(one.data_dir, "serf", "local.keyring")), not disabled)
            self.assertEqual(list(one.get("/v1/operator/keyring")[0]["Keys"]), [KEY])

    def test_distances_are_measured_or_not(self):
        one = self.start(disable_coordinates=True)
        status, _, body = one.request("GET", "/v1/coordinate/nodes")
        self.assertEqual((status, body), (401, b"Coordinate support disabled"))
        self.assertEqual(self.start().request("GET", "/v1/coordinate/nodes")[0], 200)


class Consensus(SettingsTest):
    def test_autopilot_starts_with_the_configured_values(self):
        one = self.start(autopilot={"cleanup_dead_servers": False, "last_contact_threshold": "3s", "max_trailing_logs": 17,
                                    "min_quorum": 3, "server_stabilization_time": "21s"})
        found = eventually(lambda: one.get("/v1/operator/autopilot/configuration"), 10, "the configuration")
        self.assertEqual({key: found[key] for key in ("CleanupDeadServers", "LastContactThreshold", "MaxTrailingLogs",
                                                      "MinQuorum", "ServerStabilizationTime")},
                         {"CleanupDeadServers": False, "LastContactThreshold": "3s", "MaxTrailingLogs": 17, "MinQuorum": 3,
                          "ServerStabilizationTime": "21s"})

    def snapshots(self, one):
        folder = os.path.join(one.data_dir, "raft", "snapshots")
        return os.listdir(folder) if os.path.isdir(folder) else []

    def write_until_snapshot(self, one):
        def written():
            for _ in range(20):
                one.put("/v1/kv/a", "b")
            return self.snapshots(one)
        eventually(written, 20, "a snapshot")

    def test_snapshots_come_when_the_log_has_grown(self):
        one = self.start(raft_snapshot_threshold=20, raft_snapshot_interval="50ms", raft_trailing_logs=5)
        self.write_until_snapshot(one)
        one.kill()
        one.start()
        self.assertEqual(base64.b64decode(one.get("/v1/kv/a")[0]["Value"]), b"b")

    def test_a_reload_changes_when_snapshots_come(self):
        one = self.start(raft_snapshot_interval="50ms")
        one.config["raft_snapshot_threshold"] = 20
        one.write_config()
        one.put("/v1/agent/reload")
        self.write_until_snapshot(one)

    def test_a_small_multiplier_elects_sooner(self):
        """The election timeout follows the multiplier, as the log shows."""
        elected = {}
        for multiplier in (1, 3):
            one = self.start(performance={"raft_multiplier": multiplier})
            view = self.debug_config(one)
            elected[multiplier] = view["ConsulRaftElectionTimeout"]
        self.assertEqual(elected, {1: "1s", 3: "3s"})


if __name__ == "__main__":
    unittest.main()
