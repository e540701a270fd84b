"""What an agent restores of its own services and checks after a restart, and what it imports from Consul's files."""

import json
import os
import shutil
import signal
import time
import unittest

from agent import AgentTest, eventually

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")


class Restart(AgentTest):
    def registered(self, **config):
        agent = self.agent(**config).start()
        agent.put("/v1/agent/service/register", {
            "ID": "s1", "Name": "svc", "Port": 80, "Tags": ["a"], "Meta": {"k": "v"},
            "Weights": {"Passing": 3, "Warning": 1}, "Check": {"CheckID": "s1-ttl", "TTL": "1h"}})
        agent.put("/v1/agent/check/register", {"ID": "node-ttl", "Name": "node", "TTL": "1h", "Notes": "n"})
        agent.put("/v1/agent/check/pass/s1-ttl?note=good", "")
        agent.put("/v1/agent/check/warn/node-ttl?note=hm", "")
        return agent

    def check_kept(self, agent):
        service = agent.get("/v1/agent/services")["s1"]
        self.assertEqual((service["Service"], service["Port"], service["Tags"], service["Meta"],
                          service["Weights"]["Passing"]), ("svc", 80, ["a"], {"k": "v"}, 3))
        checks = agent.get("/v1/agent/checks")
        self.assertEqual((checks["s1-ttl"]["Status"], checks["s1-ttl"]["Output"]), ("passing", "good"))
        self.assertEqual((checks["node-ttl"]["Status"], checks["node-ttl"]["Output"], checks["node-ttl"]["Notes"]),
                         ("warning", "hm", "n"))
        eventually(lambda: len(agent.get("/v1/health/service/svc?passing")) == 0
                   and agent.get("/v1/health/checks/svc")[0]["Status"] == "passing", 10, "the catalog's entry")

    def test_services_checks_and_ttl_states_survive_an_ordered_end(self):
        agent = self.registered()
        agent.end(signal.SIGTERM)
        agent.start()
        self.check_kept(agent)

    def test_services_checks_and_ttl_states_survive_a_crash(self):
        agent = self.registered()
        agent.kill()
        agent.start()
        self.check_kept(agent)

    def test_what_was_deregistered_stays_gone(self):
        agent = self.registered()
        agent.put("/v1/agent/service/deregister/s1", "")
        agent.put("/v1/agent/check/deregister/node-ttl", "")
        agent.end(signal.SIGTERM)
        agent.start()
        self.assertEqual(agent.get("/v1/agent/services"), {})
        self.assertEqual(agent.get("/v1/agent/checks"), {})
        eventually(lambda: "svc" not in agent.get("/v1/catalog/services"), 10, "the catalog's cleaning")

    def test_maintenance_survives(self):
        agent = self.registered()
        agent.put("/v1/agent/service/maintenance/s1?enable=true&reason=repair", "")
        agent.kill()
        agent.start()
        check = agent.get("/v1/agent/checks")["_service_maintenance:s1"]
        self.assertEqual((check["Status"], check["Notes"]), ("critical", "repair"))

    def test_the_configuration_wins_over_what_was_kept(self):
        agent = self.registered()
        agent.end(signal.SIGTERM)
        agent.config["services"] = [{"id": "s1", "name": "configured", "port": 99}]
        agent.start()
        service = agent.get("/v1/agent/services")["s1"]
        self.assertEqual((service["Service"], service["Port"]), ("configured", 99))

    def test_the_node_keeps_its_id(self):
        agent = self.agent().start()
        before = agent.get("/v1/agent/self")["Config"]["NodeID"]
        agent.end(signal.SIGTERM)
        agent.start()
        self.assertEqual(agent.get("/v1/agent/self")["Config"]["NodeID"], before)


class Import(AgentTest):
    """data/consul_data_dir was written by a Consul agent with a service, two TTL checks and their states."""

    def test_files_of_a_consul_data_dir_are_taken_over_at_the_first_start(self):
        agent = self.agent()
        shutil.copytree(os.path.join(DATA, "consul_data_dir"), agent.data_dir)
        states = os.path.join(agent.data_dir, "checks", "state")
        for name in os.listdir(states):  # the states are valid for an hour after they were written
            with open(os.path.join(states, name)) as state:
                value = json.load(state)
            value["Expires"] = int(time.time()) + 3600
            with open(os.path.join(states, name), "w") as state:
                json.dump(value, state)
        agent.start()
        for _ in range(2):
            service = agent.get("/v1/agent/services")["imp-1"]
            self.assertEqual((service["Service"], service["Port"], service["Tags"], service["Meta"]),
                             ("imported", 77, ["a"], {"k": "v"}))
            checks = agent.get("/v1/agent/checks")
            self.assertEqual((checks["imp-ttl"]["Status"], checks["imp-ttl"]["Output"], checks["imp-ttl"]["ServiceID"]),
                             ("passing", "fine", "imp-1"))
            self.assertEqual((checks["nc"]["Status"], checks["nc"]["Output"]), ("warning", "hm"))
            with open(os.path.join(agent.data_dir, "node-id")) as node_id:
                self.assertEqual(agent.get("/v1/agent/self")["Config"]["NodeID"], node_id.read().strip())
            agent.end(signal.SIGTERM)
            agent.start()

    def test_what_was_imported_and_then_deregistered_does_not_come_back(self):
        agent = self.agent()
        shutil.copytree(os.path.join(DATA, "consul_data_dir"), agent.data_dir)
        agent.start()
        agent.put("/v1/agent/service/deregister/imp-1", "")
        agent.end(signal.SIGTERM)
        agent.start()
        self.assertNotIn("imp-1", agent.get("/v1/agent/services"))


if __name__ == "__main__":
    unittest.main()
