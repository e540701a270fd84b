"""A reload applies the reloadable settings, and names those that need a restart."""

import unittest

from agent import eventually
from settings_case import SettingsTest


class Reload(SettingsTest):
    def reload(self, one, **changes):
        one.config.update(changes)
        one.write_config()
        before = len(one.output())
        one.put("/v1/agent/reload")
        return one.output()[before:].replace('\\"', '"')

    def test_what_waits_for_the_next_start_is_named(self):
        one = self.start()
        said = self.reload(one, node_name="other", ports={**one.config["ports"], "serf_wan": -1}, default_query_time="9s")
        for key in ("node_name", "ports.serf_wan"):
            self.assertIn(f'config key "{key}" has changed, which takes effect at the next start', said)
        self.assertNotIn("default_query_time", said)
        one.put("/v1/agent/check/register", {"Name": "late", "TTL": "1h"})
        self.assertEqual(one.get("/v1/agent/checks")["late"]["Node"], "it")
        self.assertEqual(one.get("/v1/agent/self")["Config"]["NodeName"], "it")
        self.assertNotIn("takes effect at the next start", self.reload(one, node_name="it", ports={
            **one.config["ports"], "serf_wan": one.ports["serf_wan"]}))

    def test_what_has_no_effect_is_named_again(self):
        one = self.start()
        warning = 'config key "ui_config.enabled" is not in force in this release and has no effect'
        self.assertNotIn(warning, one.output().replace('\\"', '"'))
        self.assertIn(warning, self.reload(one, ui_config={"enabled": True}))

    def test_what_a_reload_applies(self):
        one = self.start()
        said = self.reload(one, enable_debug=True, node_meta={"a": "b"}, session_ttl_min="30s",
                           http_config={"response_headers": {"X-New": "1"}}, limits={"kv_max_value_size": 10},
                           recursors=["127.0.0.1:1"], dns_config={"node_ttl": "7s"}, services=[{"name": "web"}])
        self.assertNotIn("takes effect at the next start", said)
        self.assertEqual(one.request("GET", "/debug/pprof/")[0], 200)
        self.assertEqual(one.request("GET", "/v1/agent/members")[1]["X-New"], "1")
        self.assertEqual(one.request("PUT", "/v1/kv/a", "x" * 11)[0], 413)
        self.assertEqual(one.request("PUT", "/v1/session/create", {"TTL": "20s"})[0], 500)
        self.assertIn("web", one.get("/v1/agent/services"))
        said = self.reload(one, check_output_max_size=7, check_update_interval="0s", enable_script_checks=True,
                           enable_agent_tls_for_checks=True)
        self.assertNotIn("takes effect at the next start", said)
        eventually(lambda: self.ttls(one, "it.node.consul") == {7}, 10, "the new time to live")
        eventually(lambda: one.get("/v1/catalog/node/it")["Node"]["Meta"].get("a") == "b", 10, "the metadata")


if __name__ == "__main__":
    unittest.main()
