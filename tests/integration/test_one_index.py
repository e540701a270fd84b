"""Plain and blocking queries at one moment have the same index, whatever was cached and has changed since."""

import json

from agent import AgentTest

ABSENT = "99999999-9999-9999-9999-999999999999"
ROUTES = ["/v1/catalog/nodes", "/v1/catalog/services", "/v1/catalog/service/web", "/v1/catalog/service/none",
          "/v1/catalog/connect/none", "/v1/catalog/node/n1", "/v1/catalog/node/none", "/v1/catalog/node-services/n1",
          "/v1/health/node/n1", "/v1/health/checks/web", "/v1/health/state/any", "/v1/health/state/critical",
          "/v1/health/service/web", "/v1/health/service/web?passing", "/v1/health/service/none", "/v1/kv/?recurse",
          "/v1/kv/none?recurse", "/v1/kv/none?keys", "/v1/kv/a", "/v1/kv/none", "/v1/session/list",
          f"/v1/session/info/{ABSENT}", "/v1/session/node/none", "/v1/coordinate/nodes", "/v1/operator/usage"]


def registration(node, service=None, status=None, port=1):
    body = {"Node": node, "Address": "10.9.9.9"}
    if service:
        body["Service"] = {"Service": service, "Port": port}
    if status:
        body["Check"] = {"CheckID": f"of-{service}", "Name": "c", "ServiceID": service, "Status": status}
    return "PUT", "/v1/catalog/register", body


def removal(node, service):
    return "PUT", "/v1/catalog/deregister", {"Node": node, "ServiceID": service}


CHANGES = [registration("n1"), registration("n1", "web", "critical"), registration("n2", "other"),
           registration("n1", "web", "passing"), registration("n2", "other", "passing"),
           registration("n2", "other", "critical"), removal("n2", "other"), registration("n2", "other", port=2),
           registration("n1", "web", "critical"), ("PUT", "/v1/kv/a", "1"), ("PUT", "/v1/kv/b", "1"),
           ("DELETE", "/v1/kv/b", ""), ("PUT", "/v1/session/create", {}), removal("n1", "web")]


class OneIndex(AgentTest):
    def setUp(self):
        self.one = self.agent(log_level="warn").start()

    def ask(self, path, **query):
        """@returns (index, body) of a GET."""
        for name, value in query.items():
            path += ("&" if "?" in path else "?") + f"{name}={value}"
        status, headers, body = self.one.request("GET", path, timeout=20)
        self.assertIn(status, (200, 404), (path, body))
        return int(headers["X-Consul-Index"]), body

    def test_after_every_kind_of_change(self):
        for method, path, body in CHANGES:
            for route in ROUTES:
                self.ask(route)
            status = self.one.request(method, path, json.dumps(body) if isinstance(body, dict) else body)[0]
            self.assertEqual(status, 200)
            for route in ROUTES:
                with self.subTest(route=route, change=(path, body)):
                    self.check(route)

    def check(self, route):
        plain = self.ask(route)
        waited = self.ask(route, index=plain[0], wait="1ms")
        # The agent also writes by itself: repeat the query if something has changed meanwhile.
        if self.ask(route) == plain:
            self.assertEqual(waited, plain)
        else:
            self.check(route)
