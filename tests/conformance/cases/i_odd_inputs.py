"""Odd durations, numbers, ids, parameters, members and bodies, in every place that reads one."""

ROOT = "11111111-aaaa-bbbb-cccc-000000000001"
CONFIG = {"acl": {"enabled": True, "default_policy": "allow", "tokens": {"initial_management": ROOT, "agent": ROOT}}}
MANAGER = (("X-Consul-Token", ROOT),)

DURATIONS = ["5", "5x", "1.5s", "-5s", "+5s", " 5s", "5s ", "5 s", "1h30m", "1,5s", ".5s", "5.s", "s", "1e3s", "0", "+0",
             "-0", "1\u00b5s", "1\u03bcs", "5S", "9999999999h", "1h-1m", "\u0661s", "0x5s", "",
             "2562047h47m16.854775807s", "2562047h47m16.854775808s", "-2562047h47m16.854775808s"]
VALUES = ["5", "-5", "1.5", "1e9", "1e30", "-1e30", "true", "null", "[]", "{}", "9223372036854775807",
          "9223372036854775808", "-0", "0.1", '"\\u0035s"']
NUMBERS = ["1", "+1", "-1", "01", "1.0", "1e3", "0x1", " 1", "1_0", "99999999999999999999", "18446744073709551615",
           "18446744073709551616", "-0", "+0", "", "9223372036854775808"]
IDS = ["x", "z" * 36, "99999999-9999-9999-9999-99999999999z", "99999999-9999-9999-9999-999999999999", "9" * 36, "-" * 36,
       "99999999-9999-9999-9999-9999999999999", "99999999999999999999999999999999-999",
       "99999999-9999-9999-9999-999999999_99", "99999999-AAAA-9999-9999-999999999999"]


def quote(text):
    return "".join(c if c.isalnum() and c.isascii() else "".join(f"%{b:02X}" for b in c.encode()) for c in text)


def put(t, path, body, **given):
    t.put(path, body, headers=MANAGER, loose=True, ignore=("Hash",), **given)


def get(t, path, **given):
    given.setdefault("headers", MANAGER)
    t.get(path, loose=True, **given)


def durations(t):
    for one in DURATIONS:
        for path in ["/v1/agent/service/from-file?wait=", "/v1/event/list?wait=", "/v1/catalog/nodes?index=1&wait=",
                     "/v1/catalog/nodes?max_stale="]:
            get(t, path + quote(one))
        for name in ["TTL", "LockDelay"]:
            put(t, "/v1/session/create", {name: one}, save={"s": ("ID",)})
            get(t, "/v1/session/info/{{s}}")
            put(t, "/v1/session/destroy/{{s}}", "")
        for name in ["TTL", "Interval", "Timeout", "DeregisterCriticalServiceAfter"]:
            usual = {} if name == "TTL" else {"Args": ["true"], "Interval": "1h"}
            put(t, "/v1/agent/check/register", dict({"Name": "odd", "ID": "odd"}, **dict(usual, **{name: one})))
            put(t, "/v1/agent/check/deregister/odd", "")
            put(t, "/v1/catalog/register", {"Node": "odd", "Address": "1.1.1.1", "Check": {
                "Name": "x", "Definition": {name: one}}})
            get(t, "/v1/health/node/odd")
        for name in ["Interval", "IntervalDuration", "Timeout", "DeregisterCriticalServiceAfterDuration"]:
            put(t, "/v1/txn", [{"Check": {"Verb": "set", "Check": {"Node": "odd", "CheckID": "x", "Name": "x",
                                                                  "Definition": {name: one}}}}])
        put(t, "/v1/acl/token", {"ExpirationTTL": one, "Description": "odd"}, save={"t": ("AccessorID",)})
        t.delete("/v1/acl/token/{{t}}", headers=MANAGER)
        put(t, "/v1/operator/autopilot/configuration", {"LastContactThreshold": one})
    for one in VALUES:
        put(t, "/v1/session/create", '{"LockDelay":%s}' % one, save={"s": ("ID",)})
        get(t, "/v1/session/info/{{s}}")
        put(t, "/v1/session/destroy/{{s}}", "")
        put(t, "/v1/acl/token", '{"Description":"odd","ExpirationTTL":%s}' % one, save={"t": ("AccessorID",)})
        t.delete("/v1/acl/token/{{t}}", headers=MANAGER)
        put(t, "/v1/operator/autopilot/configuration", '{"ServerStabilizationTime":%s}' % one)
        put(t, "/v1/catalog/register", '{"Node":"odd","Address":"1.1.1.1","Check":{"Name":"x","Definition":{"Interval":%s}}}'
            % one)
        get(t, "/v1/health/node/odd")
        put(t, "/v1/agent/check/register", '{"Name":"odd","ID":"odd","TTL":%s}' % one)
        put(t, "/v1/agent/check/deregister/odd", "")


def numbers(t):
    for one in NUMBERS:
        get(t, f"/v1/kv/none?index={quote(one)}&wait=1ms")
        put(t, f"/v1/kv/odd?cas={quote(one)}", "x")
        put(t, f"/v1/kv/odd2?flags={quote(one)}", "x")
        put(t, f"/v1/operator/autopilot/configuration?cas={quote(one)}", {})
        get(t, f"/v1/operator/keyring?relay-factor={quote(one)}")
        get(t, "/v1/status/leader", headers=(("Cache-Control", "Max-Age=" + one),), note="max-age " + one)
        get(t, "/v1/status/leader", headers=(("Cache-Control", "stale-if-error=" + one),), note="stale " + one)


def ids(t):
    for one in IDS:
        for name in ["Policies", "Roles"]:
            put(t, "/v1/acl/token", {name: [{"ID": one}]})
        put(t, "/v1/acl/role", {"Name": "odd", "Policies": [{"ID": one}]})
        for kind in ["policy", "role", "token"]:
            get(t, f"/v1/acl/{kind}/{one}")
            t.delete(f"/v1/acl/{kind}/{one}", headers=MANAGER)
            put(t, f"/v1/acl/{kind}/{one}", {"Description": "odd"})
        put(t, f"/v1/acl/token/{one}/clone", {})
        for path in ["tokens?policy", "tokens?role", "roles?policy"]:
            get(t, f"/v1/acl/{path}={one}")
        put(t, "/v1/catalog/register", {"Node": "odd-id", "Address": "1.1.1.1", "ID": one})
        put(t, "/v1/txn", [{"Node": {"Verb": "set", "Node": {"Node": "odd-id", "Address": "1.1.1.1", "ID": one}}}])
        put(t, "/v1/catalog/deregister", {"Node": "odd-id"})
    for name in ["a%2Fb", "a%252Fb", "a+b", "a%2Bb", "a%25zz", "a%25", "%2525", "a%2520b"]:
        get(t, f"/v1/acl/policy/name/{name}")
        get(t, f"/v1/acl/role/name/{name}")


def members(t):
    def operation(kind, record):
        if kind == "Service":
            return '[{"Service":{"Verb":"set","Node":"tn","Service":{"Service":"s","ID":"s1",%s}}}]' % record
        named = '"Address":"1.1.1.1"' if kind == "Node" else '"CheckID":"c","Name":"c"'
        return '[{"%s":{"Verb":"set","%s":{"Node":"tn",%s,%s}}}]' % (kind, kind, named, record)

    for kind, records in [
            ("Node", ['"Meta":{"a":"b"}', '"Locality":{"Region":"r"}', '"Datacenter":"dcx"', '"Frob":1',
                      '"TaggedAddresses":{"lan":"1.1.1.2"}', '"CreateIndex":5,"ModifyIndex":6', '"Address":""']),
            ("Service", ['"Port":1', '"Weights":{}', '"Weights":{"Passing":2}', '"SocketPath":"/x"', '"PeerName":"p"',
                         '"TaggedAddresses":{"lan":{"Address":"1.1.1.2","Port":2}}', '"Connect":{"Native":true}',
                         '"Locality":{"Region":"r"}', '"Connect":{"Frob":1}', '"Proxy":{"Frob":1}', '"Frob":1',
                         '"EnableTagOverride":true,"Tags":["b","a"],"Meta":{"x":"y"}', '"Kind":"frob"',
                         '"Kind":"mesh-gateway","Port":3,"Proxy":{"Config":{"x":1},"Mode":"direct"}']),
            ("Check", ['"Type":"ttl"', '"Interval":"1s"', '"Timeout":"1s"', '"ExposedPort":5', '"ServiceID":"none"',
                       '"Status":"passing","Notes":"n","Output":"o"', '"Frob":1', '"ServiceID":"s1"',
                       '"Definition":{"UDP":"x","OSService":"o","GRPC":"g","TCP":"t","HTTP":"h","Interval":"1s",'
                       '"H2PING":"x","AliasNode":"y","ScriptArgs":["a"],"TTL":"4s","OutputMaxSize":5,"Frob":1}',
                       '"Definition":{"IntervalDuration":"5s","Interval":"1s"}'])]:
        for record in records:
            put(t, "/v1/txn", operation(kind, record))
            get(t, "/v1/catalog/node/tn")
            get(t, "/v1/health/node/tn")
    put(t, "/v1/catalog/deregister", {"Node": "tn"})
    for kind in ["policy", "role", "token"]:
        for body in ['{"Name":5}', '{"Hash":5}', '{"Hash":"zz"}', '{"Hash":null}', '{"Description":true}',
                     '{"Description":"a","description":"b"}', '{"Namespace":"x"}', '{"namespace":"x"}']:
            put(t, f"/v1/acl/{kind}", body)
    for key in ["RelayFactor", "LocalOnly", "Token"]:
        put(t, "/v1/operator/keyring", '{"Key":"x","%s":5}' % key)
    for selector in ["Addr == x", "Addr contains x", "Addr contains 127", "Addr contains 300", "Addr is empty"]:
        get(t, "/v1/agent/members?filter=" + quote(selector), note=selector)
    for selector in ["Datacenter==x", "Locality.Region==x", "Connect.SidecarService==1",
                     "Proxy.Upstreams.CentrallyConfigured==1"]:
        get(t, "/v1/agent/services?filter=" + quote(selector), note=selector)


def parameters(t):
    modes = ["stale&consistent", "index=x", "wait=x", "max_stale=x", "cached&consistent", "wait=x&index=x", "dc=nowhere",
             "dc=dc1&datacenter=nowhere", "dc=nowhere&dc=dc1", "stale=false"]
    for mode in modes:
        put(t, "/v1/txn?" + mode, [{"KV": {"Verb": "set", "Key": "tk", "Value": "eA=="}}])
        put(t, "/v1/txn?" + mode, [{"KV": {"Verb": "get", "Key": "tk"}}])
        put(t, "/v1/txn?" + mode, [{"Node": {"Verb": "frob"}}])
        put(t, "/v1/session/create?" + mode, {}, save={"s": ("ID",)})
        put(t, "/v1/session/renew/{{s}}?" + mode, "")
        put(t, "/v1/session/destroy/{{s}}?" + mode, "")
        put(t, "/v1/kv/odd?" + mode, "x")
        t.delete("/v1/kv/odd?" + mode, headers=MANAGER)
        put(t, "/v1/catalog/register?" + mode, {"Node": "zz", "Address": "1.1.1.1"})
        put(t, "/v1/catalog/deregister?" + mode, {"Node": "zz"})
        put(t, "/v1/agent/service/register?" + mode, {"Name": "aa"})
        put(t, "/v1/agent/service/deregister/aa?" + mode, "")
        get(t, "/v1/event/list?" + mode)
        get(t, "/v1/kv/none?" + mode)
    put(t, "/v1/kv/odd?cas=%26&acquire=a%20b&x=%2B", "x")
    t.delete("/v1/kv/odd?recurse=&cas=1&a=%C3%A9", headers=MANAGER)
    for name in ["X-Consul-Namespace", "X-Consul-Partition"]:
        for path in ["/v1/kv/none", "/v1/catalog/nodes?near=none", "/v1/status/leader", "/v1/agent/version"]:
            get(t, path, headers=MANAGER + ((name, "x"),), note=name, shape="version" in path, unordered=True)


def cases(t):
    t.wait("/v1/acl/token/self", until=b"Initial Management", headers=MANAGER)
    durations(t)
    numbers(t)
    ids(t)
    members(t)
    parameters(t)
