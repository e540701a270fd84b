"""Services and checks of configuration files: across reloads and restarts, together with clients' registrations."""

import json
import signal
import subprocess
import unittest

from agent import AgentTest, eventually

SERVICE = {"id": "web", "name": "web", "port": 80, "tags": ["v1"], "checks": [{"id": "inner", "ttl": "1h"}]}
BESIDE = {"id": "beside", "name": "beside", "service_id": "web", "ttl": "1h"}
SCRIPT = {"id": "script", "name": "script", "args": ["/bin/true"], "interval": "10s"}
TTLS = ("inner", "beside", "added", "node-ttl")


class Definitions(AgentTest):
    def defined(self, **config):
        """An agent with a service and its checks in a file, and with checks and maintenance added by clients."""
        agent = self.agent(services=[json.loads(json.dumps(SERVICE))], checks=[dict(BESIDE)], **config).start()
        agent.put("/v1/agent/check/register", {"ID": "added", "Name": "added", "ServiceID": "web", "TTL": "1h"})
        agent.put("/v1/agent/check/register", {"ID": "node-ttl", "Name": "node-ttl", "TTL": "1h"})
        for check in TTLS:
            agent.put(f"/v1/agent/check/pass/{check}?note=fine", "")
        agent.put("/v1/agent/service/maintenance/web?enable=true&reason=repair", "")
        agent.put("/v1/agent/maintenance?enable=true&reason=all", "")
        self.in_catalog(agent)
        return agent

    def in_catalog(self, agent):
        """@returns the catalog's node checks, once all of them are there and match the agent's."""
        def checks():
            found = {c["CheckID"]: c for c in agent.get("/v1/health/node/it") if c["CheckID"] != "serfHealth"}
            own = {i: c["Status"] for i, c in agent.get("/v1/agent/checks").items()}
            return found if own and {
i: c["Status"] for i, c in found.items()
} == own else None
        return eventually(checks, 10, "the catalog's view of the checks")

    def check_kept(self, agent):
        checks = agent.get("/v1/agent/checks")
        for check in TTLS:
            self.assertEqual((checks[check]["Status"], checks[check]["Output"]), ("passing", "fine"), check)
        self.assertEqual(checks["_service_maintenance:web"]["Notes"], "repair")
        self.assertEqual(checks["_node_maintenance"]["Notes"], "all")

#-- - restarts

    def test_a_restart_keeps_what_was_added_to_a_service_of_a_file(self):
        agent = self.defined()
        for end in (lambda: agent.end(signal.SIGTERM), agent.kill):
            end()
            agent.start()
            self.check_kept(agent)
        self.in_catalog(agent)

#-- - reloads

    def check_nothing_moves(self, reload):
        agent = self.defined()
        agent.put("/v1/agent/service/maintenance/web?enable=false", "")
        agent.put("/v1/agent/maintenance?enable=false", "")
        self.in_catalog(agent)
        session = json.loads(agent.put("/v1/session/create", {
            "NodeChecks": ["node-ttl"], "ServiceChecks": [{"ID": "beside"}]}))["ID"]
        self.assertEqual(agent.put(f"/v1/kv/lock?acquire={session}", "x"), b"true")
        before = self.in_catalog(agent)
        reload(agent)
        checks = agent.get("/v1/agent/checks")
        for check in TTLS:
            self.assertEqual((checks[check]["Status"], checks[check]["Output"]), ("passing", "fine"), check)
# Later log lines show that the reload has completed.
        agent.put("/v1/agent/service/register", {"Name": "later", "Check": {"CheckID": "later", "TTL": "1h"}})
        after = self.in_catalog(agent)
        after.pop("later")
        self.assertEqual(after, before)
        self.assertEqual(agent.get("/v1/kv/lock")[0].get("Session"), session)

    def test_a_reload_over_http_without_a_change_moves_nothing(self):
        self.check_nothing_moves(lambda agent: agent.put("/v1/agent/reload", ""))

    def test_a_reload_by_signal_without_a_change_moves_nothing(self):
        def reload(agent):
            agent.process.send_signal(signal.SIGHUP)
            eventually(lambda: "Configuration reload complete" in agent.output(), 10, "the reload")
        self.check_nothing_moves(reload)

    def test_a_reload_moves_what_it_changes(self):
        agent = self.defined()
        agent.config["services"][0]["port"] = 81
        agent.config["checks"][0]["notes"] = "noted"
        agent.write_config()
        agent.put("/v1/agent/reload", "")
        self.check_kept(agent)
        self.assertEqual(agent.get("/v1/agent/services")["web"]["Port"], 81)
        self.assertEqual(agent.get("/v1/agent/checks")["beside"]["Notes"], "noted")
        agent.config["checks"] = []
        agent.write_config()
        agent.put("/v1/agent/reload", "")
        self.assertEqual(sorted(agent.get("/v1/agent/checks")), ["_node_maintenance", "_service_maintenance:web", "added",
                                                                 "inner", "node-ttl"])

#-- - tags that others set

    def check_tags(self, define):
        agent = self.agent().start()

        def tags_become(wanted):
            eventually(lambda: [s["ServiceTags"] for s in agent.get("/v1/catalog/service/web")] == [wanted], 10,
                       f"tags {wanted}")

        define(agent, ["v1"], 80)
        tags_become(["v1"])
        agent.put("/v1/catalog/register", {"Node": "it", "Address": "127.0.0.1", "SkipNodeUpdate": True, "Service": {
            "ID": "web", "Service": "web", "Tags": ["outside"], "Port": 80, "EnableTagOverride": True}})
        define(agent, ["v1"], 81)
        eventually(lambda: agent.get("/v1/catalog/service/web")[0]["ServicePort"] == 81, 10, "the new port")
        tags_become(["outside"])
        define(agent, ["v2"], 81)
        tags_become(["v2"])
        self.assertEqual(agent.get("/v1/agent/services")["web"]["Tags"], ["v2"])

    def test_a_registration_with_new_tags_wins_over_those_that_others_set(self):
        self.check_tags(lambda agent, tags, port: agent.put("/v1/agent/service/register", {
            "Name": "web", "Tags": tags, "Port": port, "EnableTagOverride": True}))

    def test_new_tags_in_a_file_win_over_those_that_others_set(self):
        def define(agent, tags, port):
            agent.config["services"] = [{"name": "web", "tags": tags, "port": port, "enable_tag_override": True}]
            agent.write_config()
            agent.put("/v1/agent/reload", "")
        self.check_tags(define)

#-- - refusals

    def check_start_refused(self, reason, **config):
        agent = self.agent(**config).start(ready=False)
        self.assertEqual(agent.process.wait(20), 1)
        self.assertIn("==> " + reason, agent.output())
        self.assertIn("Error starting agent", agent.output())

    def test_a_script_that_is_not_allowed_refuses_the_start(self):
        self.check_start_refused('Failed to register check "script": Scripts are disabled on this agent', checks=[SCRIPT])

    def test_a_check_without_its_service_refuses_the_start(self):
        self.check_start_refused('Failed to register check "beside": ServiceID "web" does not exist', checks=[BESIDE])

    def test_a_reload_that_is_refused_leaves_everything_as_it_was(self):
        agent = self.defined()
        self.check_kept(agent)
        before = self.in_catalog(agent)
        settings = agent.get("/v1/agent/self")["DebugConfig"]["Logging"]["LogLevel"]
        agent.config["services"].append({"name": "other"})
        agent.config["checks"].append(dict(BESIDE, id="lost", service_id="nowhere"))
        agent.config["log_level"] = "debug"
        agent.write_config()
        reason = 'Failed to register check "beside": ServiceID "nowhere" does not exist'
        status, _, body = agent.request("PUT", "/v1/agent/reload")
        self.assertEqual((status, body.decode()), (500, reason))
        run = subprocess.run(agent.command("reload", f"-http-addr=127.0.0.1:{agent.ports['http']}"),
                             capture_output=True, text=True, timeout=20)
        self.assertEqual(run.returncode, 1)
        self.assertIn("Error reloading", run.stderr)
        self.assertIn(reason, run.stderr)
        agent.process.send_signal(signal.SIGHUP)
        eventually(lambda: agent.output().count("Reload config failed") == 3, 10, "the third refusal")
        self.assertIn("nowhere", agent.output())
        self.assertNotIn("Configuration reload complete", agent.output())
        self.assertEqual(sorted(agent.get("/v1/agent/services")), ["web"])
        self.check_kept(agent)
        self.assertEqual(self.in_catalog(agent), before)
        self.assertEqual(agent.get("/v1/agent/self")["DebugConfig"]["Logging"]["LogLevel"], settings)
        self.assertNotIn("[DEBUG]", agent.output())


if __name__ == "__main__":
    unittest.main()
