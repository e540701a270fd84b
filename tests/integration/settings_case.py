"""Shared by the settings tests: agents that start quickly, and a DNS client."""

import os
import sys

from agent import ROOT, AgentTest

sys.path.insert(0, os.path.join(ROOT, "tests", "conformance"))

from likeness import dns_wire  # noqa: E402

ANSWER, AUTHORITY, ADDITIONAL = 0, 1, 2


class SettingsTest(AgentTest):
    def start(self, **config):
        return self.agent(**config).start()

    def client_of(self, server, **config):
        """A client agent that knows the server."""
        config.setdefault("node_name", "client")
        one = self.agent(server=False, bootstrap=False, retry_join=[f"127.0.0.1:{server.ports['serf_lan']}"], **config)
        return one.start()

    def refused(self, **config):
        """@returns the output of an agent that does not start."""
        one = self.agent(**config).start(ready=False)
        self.assertEqual(one.process.wait(30), 1, one.output())
        return one.output()

    def register(self, agent, node, address, service=None, **more):
        body = {"Node": node, "Address": address, **more}
        if service:
            body["Service"] = service
        agent.put("/v1/catalog/register", body)

    def ask(self, agent, name, kind="A", tcp=False, edns=None, address="127.0.0.1", port=None):
        """@returns the answer; retries if a packet is lost."""
        packet = dns_wire.query(name, kind, edns=edns)
        where = (address, port or agent.ports["dns"])
        for _ in range(5):
            answer = dns_wire.ask_tcp(where, packet) if tcp else dns_wire.ask_udp(where, packet)
            if answer:
                return dns_wire.Message(answer)
        raise AssertionError(f"no answer to {name} {kind}")

    def ttls(self, agent, name, kind="A", section=ANSWER):
        return {record[3] for record in self.ask(agent, name, kind).sections[section]}

    def debug_config(self, agent):
        return agent.get("/v1/agent/self")["DebugConfig"]
