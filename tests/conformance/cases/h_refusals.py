"""Requests with several faults, of which one is reported; tokens without permission, and unknown tokens."""

ROOT = "11111111-aaaa-bbbb-cccc-000000000001"
CONFIG = {"acl": {"enabled": True, "default_policy": "allow", "tokens": {"initial_management": ROOT, "agent": ROOT}}}
DENIED = "22222222-aaaa-bbbb-cccc-000000000002"
NOBODY = "99999999-9999-9999-9999-999999999999"
MANAGER = (("X-Consul-Token", ROOT),)
# Tokens: one that is denied everything, one that does not exist, and one that is allowed everything.
ASKERS = [("denied", (("X-Consul-Token", DENIED),)), ("unknown", (("X-Consul-Token", NOBODY),)), ("manager", MANAGER)]

PREFIXES = ["agent", "event", "identity", "key", "node", "query", "service", "session"]
RULES = "".join('%s_prefix "" { policy = "deny" }\n' % one for one in PREFIXES) + "".join(
    '%s = "deny"\n' % one for one in ["acl", "keyring", "mesh", "operator", "peering"])

BODIES = ["", "garbage", "null", "[]", "{}", {"Frob": 1}, {"Namespace": "x"}]
NO_COORDINATE = ["null", "{}"]  # as a coordinate, these make Consul close the connection

WRITES = [
    ("PUT", "/v1/acl/policy", [{"Name": "a b"}, {"ID": NOBODY, "Name": "a"}, {"Name": "a", "Rules": "frob"}]),
    ("PUT", f"/v1/acl/policy/{NOBODY}", [{"Name": "x"}, {"ID": ROOT, "Name": "x"}]),
    ("PUT", "/v1/acl/policy/x", [{"Name": "x"}]),
    ("PUT", "/v1/acl/policy/", [{"Name": "x y"}]),
    ("PUT", "/v1/acl/role", [{"Name": "a b"}, {"ID": NOBODY, "Name": "a"}, {"Name": "a", "Policies": [{"ID": "x"}]}]),
    ("PUT", f"/v1/acl/role/{NOBODY}", [{"Name": "x"}, {"ID": ROOT, "Name": "x"}]),
    ("PUT", "/v1/acl/role/", [{"Name": "x y"}]),
    ("PUT", "/v1/acl/token", [{"AccessorID": "x"}, {"Policies": [{"Name": "none"}]}, {"ExpirationTTL": "-1s"}]),
    ("PUT", f"/v1/acl/token/{NOBODY}", [{"AccessorID": ROOT}, {"Description": "x"}]),
    ("PUT", f"/v1/acl/token/{NOBODY}/clone", [{"Description": "x"}]),
    ("PUT", "/v1/acl/token/x/clone", [{"Description": "x"}]),
    ("PUT", "/v1/acl/bootstrap", [{"BootstrapSecret": "x"}]),
    ("POST", "/v1/internal/acl/authorize", [[{"Resource": "frob", "Access": "read"}],
                                            [{"Resource": "key", "Access": "read"}] * 65,
                                            [{"Resource": "key", "Access": "frob"}]]),
    ("POST", "/v1/acl/templated-policy/preview/none", [{"Name": "x"}]),
    ("POST", "/v1/acl/templated-policy/preview/builtin/service", [{"Nam": "x"}]),
    ("POST", "/v1/acl/templated-policy/preview/", [{"Name": "x"}]),
    ("PUT", "/v1/agent/token/none", [{"Token": "x"}, {"Token": 5}]),
    ("PUT", "/v1/agent/service/register", [{"ID": "x"}, {"Name": "s", "Address": "0.0.0.0"},
                                           {"Name": "s", "Meta": {"a b": "c"}},
                                           {"Name": "s", "Check": {"Interval": "10s"}}]),
    ("PUT", "/v1/agent/check/register", [{"ID": "x"}, {"Name": "c", "Status": "frob"}, {"Name": "c"},
                                         {"Name": "c", "TTL": "1h", "ServiceID": "none"}]),
    ("PUT", "/v1/agent/check/update/none", [{"Status": "frob"}, {"Status": "passing"}]),
    ("PUT", "/v1/catalog/register", [{"Node": "x"}, {"Node": "x", "Address": "1.1.1.1", "PeerName": "p"},
                                     {"Node": "x", "Address": "1.1.1.1", "Datacenter": "nowhere"},
                                     {"Node": "x", "Address": "1.1.1.1", "ID": "short"}]),
    ("PUT", "/v1/catalog/deregister", [{"ServiceID": "x"}, {"Node": "x", "Datacenter": "nowhere"},
                                       {"Node": "x", "ServiceID": "none"}, {"Node": "x", "CheckID": "none"}]),
    ("PUT", "/v1/coordinate/update", [{"Node": "x", "Coord": {"Vec": [0] * 7}},
                                      {"Node": "x", "Datacenter": "nowhere", "Coord": {"Vec": [0] * 8}},
                                      {"Node": "none", "Coord": {"Vec": [0] * 8, "Height": 1}}]),
    ("PUT", "/v1/session/create", [{"Behavior": "frob"}, {"TTL": "abc"}, {"Node": "none"}, {"TTL": "1s"}]),
    ("PUT", "/v1/txn", [[{"KV": {"Verb": "frob", "Key": "x"}}], [{"KV": {"Verb": "set", "Key": ""}}],
                        [{"KV": {"Verb": "set", "Key": "x"}}, {"KV": {"Verb": "frob", "Key": "x"}},
                         {"KV": {"Verb": "check-index", "Key": "x"}}],
                        [{"Node": {"Verb": "set", "Node": {"Node": "x", "ID": "short"}}},
                         {"Node": {"Verb": "set", "Node": {"Node": "x"}}}]]),
    ("PUT", "/v1/operator/autopilot/configuration", [{"MaxTrailingLogs": "x"}]),
    ("POST", "/v1/operator/keyring", [{"Key": 5}]),
    ("PUT", "/v1/operator/keyring", [{"Key": "x"}]),
    ("DELETE", "/v1/operator/keyring", [{"Key": "x"}]),
]

# Heads with one fault each, and their methods.
HEADS = [
    ("GET", "/v1/acl/policies?index=x"), ("GET", "/v1/acl/policy/"), ("GET", "/v1/acl/policy/x"),
    ("GET", "/v1/acl/policy/x?index=x"), ("GET", f"/v1/acl/policy/{NOBODY}"), ("GET", "/v1/acl/policy/name/"),
    ("GET", "/v1/acl/policy/name/none?index=x"), ("GET", "/v1/acl/policy/name/none"), ("DELETE", "/v1/acl/policy/"),
    ("DELETE", "/v1/acl/policy/x"), ("DELETE", f"/v1/acl/policy/{NOBODY}"),
    ("GET", "/v1/acl/roles?index=x"), ("GET", "/v1/acl/roles?policy=x"), ("GET", "/v1/acl/role/"),
    ("GET", "/v1/acl/role/x"), ("GET", "/v1/acl/role/name/"), ("GET", "/v1/acl/role/name/none"),
    ("DELETE", "/v1/acl/role/"), ("DELETE", "/v1/acl/role/x"),
    ("GET", "/v1/acl/tokens?index=x"), ("GET", "/v1/acl/tokens?policy=x"), ("GET", "/v1/acl/tokens?policy=x&role=x"),
    ("GET", "/v1/acl/tokens?authmethod-ns=x"), ("GET", "/v1/acl/tokens?authmethod-ns="),
    ("GET", "/v1/acl/token/"), ("GET", "/v1/acl/token/x"), ("GET", f"/v1/acl/token/{NOBODY}"),
    ("GET", "/v1/acl/token/self?index=x"), ("GET", "/v1/acl/token/self"), ("DELETE", "/v1/acl/token/"),
    ("DELETE", "/v1/acl/token/x"), ("DELETE", f"/v1/acl/token/{NOBODY}"), ("GET", "/v1/acl/replication?index=x"),
    ("GET", "/v1/acl/templated-policies"), ("GET", "/v1/acl/templated-policy/name/"),
    ("GET", "/v1/acl/templated-policy/name/none"),
    ("GET", "/v1/agent/members?segment=x"), ("GET", "/v1/agent/members?segment=x&wan=1"),
    ("GET", "/v1/agent/members?filter=x"), ("GET", "/v1/agent/services?filter=x"), ("GET", "/v1/agent/checks?filter=x"),
    ("GET", "/v1/agent/service/none"), ("GET", "/v1/agent/service/from-file"), ("GET", "/v1/agent/service/none?wait=x"),
    ("GET", "/v1/agent/service/from-file?stale&consistent"), ("GET", "/v1/agent/service/"),
    ("PUT", "/v1/agent/maintenance"), ("PUT", "/v1/agent/maintenance?enable=x"),
    ("PUT", "/v1/agent/service/maintenance/"), ("PUT", "/v1/agent/service/maintenance/none"),
    ("PUT", "/v1/agent/service/maintenance/none?enable=x"), ("PUT", "/v1/agent/service/maintenance/none?enable=true"),
    ("PUT", "/v1/agent/service/deregister/none"), ("PUT", "/v1/agent/service/deregister/"),
    ("PUT", "/v1/agent/check/deregister/none"), ("PUT", "/v1/agent/check/pass/none"),
    ("GET", "/v1/agent/health/service/id/"), ("GET", "/v1/agent/health/service/id/none"),
    ("GET", "/v1/agent/health/service/id/from-file"), ("GET", "/v1/agent/health/service/name/"),
    ("GET", "/v1/agent/health/service/name/none"), ("GET", "/v1/agent/monitor?loglevel=x"),
    ("GET", "/v1/catalog/nodes?index=x"), ("GET", "/v1/catalog/nodes"), ("GET", "/v1/catalog/services"),
    ("GET", "/v1/catalog/service/"), ("GET", "/v1/catalog/service/?index=x"), ("GET", "/v1/catalog/connect/x"),
    ("GET", "/v1/catalog/node/"), ("GET", "/v1/catalog/node/like"), ("GET", "/v1/catalog/node-services/"),
    ("GET", "/v1/health/service/"), ("GET", "/v1/health/service/x?passing=x"),
    ("GET", "/v1/health/service/x?sg=x&peer=y"), ("GET", "/v1/health/connect/x?passing=x"),
    ("GET", "/v1/health/connect/x"), ("GET", "/v1/health/node/"), ("GET", "/v1/health/checks/"),
    ("GET", "/v1/health/state/"), ("GET", "/v1/health/state/any?index=x"),
    ("GET", "/v1/kv/"), ("GET", "/v1/kv/x?index=x"), ("GET", "/v1/kv/?recurse&index=x"), ("GET", "/v1/kv/x"),
    ("GET", "/v1/kv/x?recurse"), ("GET", "/v1/kv/x?keys"), ("PUT", "/v1/kv/"), ("PUT", "/v1/kv/x?index=x"),
    ("PUT", "/v1/kv/x?cas=x"), ("PUT", "/v1/kv/x?flags=x"), ("PUT", "/v1/kv/x?flags=x&cas=y"),
    ("PUT", "/v1/kv/x?cas=1&acquire=x"), ("PUT", "/v1/kv/?cas=1&acquire=x"), ("PUT", "/v1/kv/x?stale&consistent"),
    ("DELETE", "/v1/kv/"), ("DELETE", "/v1/kv/?cas=x"), ("DELETE", "/v1/kv/x?cas=x"),
    ("DELETE", "/v1/kv/?recurse&cas=1"), ("DELETE", "/v1/kv/none?recurse"), ("DELETE", "/v1/kv/none?stale&consistent"),
    ("PUT", "/v1/session/destroy/"), ("PUT", "/v1/session/destroy/none"), ("PUT", "/v1/session/renew/"),
    ("PUT", "/v1/session/renew/?index=x"), ("PUT", "/v1/session/renew/none"), ("GET", "/v1/session/info/"),
    ("GET", "/v1/session/info/?index=x"), ("GET", "/v1/session/info/none"), ("GET", "/v1/session/node/"),
    ("GET", "/v1/session/node/?index=x"), ("GET", "/v1/session/list?index=x"), ("GET", "/v1/session/list"),
    ("PUT", "/v1/event/fire/"), ("PUT", "/v1/event/fire/x?tag=x"), ("PUT", "/v1/event/fire/x?node=("),
    ("GET", "/v1/event/list?index=x"), ("GET", "/v1/event/list?stale&consistent"), ("GET", "/v1/event/list"),
    ("GET", "/v1/coordinate/node/none"), ("GET", "/v1/coordinate/node/none?index=x"),
    ("GET", "/v1/coordinate/nodes?index=x"), ("GET", "/v1/coordinate/datacenters?index=x"),
    ("GET", "/v1/status/leader?index=x"), ("GET", "/v1/status/peers?stale&consistent"),
    ("GET", "/v1/operator/raft/configuration?index=x"), ("DELETE", "/v1/operator/raft/peer"),
    ("DELETE", "/v1/operator/raft/peer?id=x&address=y"), ("DELETE", "/v1/operator/raft/peer?id=x"),
    ("DELETE", "/v1/operator/raft/peer?address="), ("POST", "/v1/operator/raft/transfer-leader?id=x"),
    ("GET", "/v1/operator/autopilot/configuration?index=x"), ("GET", "/v1/operator/autopilot/health?index=x"),
    ("GET", "/v1/operator/usage?index=x"), ("GET", "/v1/operator/keyring?relay-factor=x"),
    ("GET", "/v1/operator/keyring?local-only=x"), ("PUT", "/v1/operator/keyring?relay-factor=9"),
    ("GET", "/v1/connect/ca/roots?pem=x"), ("PUT", "/v1/snapshot?stale"),
    ("GET", "/v1/snapshot?stale&consistent&index=x"),
    ("GET", "/v1/kv/x?ns=x"), ("GET", "/v1/kv/?ns=x"), ("GET", "/v1/kv/x?ns=x&index=x"), ("PUT", "/v1/kv/?ns=x"),
    ("GET", "/v1/kv/?keys&partition=x"), ("DELETE", "/v1/kv/?ns=x"), ("GET", "/v1/session/list?ns=x&index=x"),
    ("PUT", "/v1/session/renew/?ns=x"), ("GET", "/v1/acl/tokens?ns=x&index=x"), ("GET", "/v1/acl/token/?ns=x"),
    ("DELETE", "/v1/acl/token/?ns=x"), ("PUT", "/v1/acl/token?ns=x"), ("GET", "/v1/acl/role/name/?ns=x"),
    ("GET", "/v1/acl/templated-policy/name/?ns=x"), ("GET", "/v1/agent/service/none?ns=x&wait=x"),
    ("PUT", "/v1/agent/service/maintenance/none?ns=x"), ("GET", "/v1/agent/health/service/id/?ns=x"),
    ("GET", "/v1/coordinate/nodes?partition=x&index=x"), ("GET", "/v1/catalog/nodes?filter=(("),
    ("GET", "/v1/catalog/node/like?filter=(("), ("GET", "/v1/catalog/services?filter=(("),
    ("GET", "/v1/health/node/like?filter=zz"), ("GET", "/v1/health/checks/x?filter=(("),
    ("GET", "/v1/health/service/x?filter=(("), ("GET", "/v1/health/connect/x?filter=(("),
    ("GET", "/v1/catalog/datacenters?stale&consistent"), ("GET", "/v1/catalog/datacenters?index=x"),
]


def set_up(t):
    t.wait("/v1/acl/token/self", until=b"Initial Management", headers=MANAGER)
    t.put("/v1/acl/policy", {"Name": "none", "Rules": RULES}, headers=MANAGER)
    t.put("/v1/acl/token", {"SecretID": DENIED, "Policies": [{"Name": "none"}]}, headers=MANAGER,
          ignore=("Hash",))


def cases(t):
    set_up(t)
    for who, headers in ASKERS:
        for method, path, bodies in WRITES:
            for body in BODIES + bodies:
                if "coordinate" in path and body in NO_COORDINATE:
                    continue
                t.request(method, path, body, note=who, headers=headers, loose=True, ignore=("Hash",))
            t.request(method, path + "?dc=nowhere", bodies[-1], note=who, headers=headers, loose=True)
            t.request(method, path + "?dc=nowhere", "garbage", note=who, headers=headers, loose=True)
        for method, path in HEADS:
            if path.startswith("/v1/snapshot") and who == "manager":
                continue
            for more in ["", "dc=nowhere"]:
                whole = path + ("" if not more else ("&" if "?" in path else "?") + more)
                t.request(method, whole, b"" if method in ("PUT", "POST") else None, note=who, headers=headers, loose=True,
                          unordered=True, ignore=("ID", "Hash"), shape="members" in path or "raft/conf" in path or "coordinate" in path)
