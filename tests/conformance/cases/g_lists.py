"""Lists and maps that are absent, null, empty and filled, in every route that accepts or returns one."""

ROOT = "11111111-aaaa-bbbb-cccc-000000000001"
CONFIG = {"acl": {"enabled": True, "default_policy": "allow", "tokens": {"initial_management": ROOT, "agent": ROOT}}}
NOBODY = "99999999-9999-9999-9999-999999999999"
MANAGER = (("X-Consul-Token", ROOT),)

ABSENT = object()
STATES = [("absent", ABSENT), ("null", None), ("empty", []), ("empty map", {})]


def given(**members):
    """The members that are not absent."""
    return {name: value for name, value in members.items() if value is not ABSENT}


def as_list(state):
    return [] if state == {} else state


def as_map(state):
    return {} if state == [] else state


def not_null(state):
    """Consul closes the connection when a check's definition is null."""
    return ABSENT if state is None else state


def nothing_there(t):
    """The answers of an empty state."""
    for path in ["/v1/agent/checks", "/v1/agent/services", "/v1/catalog/nodes?filter=Node==x",
                 "/v1/catalog/services?filter=Node==x", "/v1/catalog/service/none", "/v1/catalog/connect/none",
                 "/v1/catalog/node/none", "/v1/catalog/node-services/none", "/v1/catalog/node/like?filter=Service==x",
                 "/v1/catalog/node-services/like?filter=Service==x", "/v1/health/node/none", "/v1/health/checks/none",
                 "/v1/health/state/warning", "/v1/health/state/any?filter=Node==x", "/v1/health/service/none",
                 "/v1/health/connect/none", "/v1/health/service/consul?filter=Node.Node==x",
                 "/v1/health/service/consul?tag=none", "/v1/catalog/service/consul?tag=none",
                 "/v1/catalog/nodes?node-meta=a:b", "/v1/catalog/services?node-meta=a:b",
                 "/v1/catalog/service/consul?node-meta=a:b", "/v1/health/service/consul?node-meta=a:b",
                 "/v1/health/state/any?node-meta=a:b", "/v1/health/checks/consul?node-meta=a:b",
                 "/v1/health/service/consul?near=none", "/v1/catalog/nodes?near=none",
                 "/v1/session/list", "/v1/session/node/none", f"/v1/session/info/{NOBODY}",
                 "/v1/kv/?keys", "/v1/kv/none?keys", "/v1/kv/?recurse", "/v1/event/list", "/v1/event/list?name=none",
                 "/v1/coordinate/node/none", "/v1/acl/roles", f"/v1/acl/roles?policy={NOBODY}",
                 f"/v1/acl/tokens?policy={NOBODY}", f"/v1/acl/tokens?role={NOBODY}",
                 "/v1/acl/tokens?authmethod=none", "/v1/acl/tokens?servicename=none",
                 "/v1/agent/members?filter=Name==x", "/v1/agent/services?filter=Service==x",
                 "/v1/agent/checks?filter=Name==x", "/v1/agent/health/service/name/none",
                 "/v1/agent/health/service/id/none"]:
        t.get(path, headers=MANAGER, unordered=True, loose=True)
    t.put("/v1/internal/acl/authorize", [], headers=MANAGER)
    t.post("/v1/internal/acl/authorize", [], headers=MANAGER)
    t.post("/v1/internal/acl/authorize", "null", headers=MANAGER)
    for body in [[], [{"KV": {"Verb": "get-tree", "Key": "none"}}], [{"KV": {"Verb": "delete", "Key": "none"}}],
                 [{"KV": {"Verb": "get", "Key": "none"}}]]:
        t.put("/v1/txn", body, headers=MANAGER)


def catalog(t):
    for i, (note, state) in enumerate(STATES):
        node, items, pairs = f"ln{i}", as_list(state), as_map(state)
        t.put("/v1/catalog/register", given(
            Node=node, Address="10.4.0.1", TaggedAddresses=pairs, NodeMeta=pairs, Checks=items,
            Service=given(ID="s", Service=f"listed{i}", Tags=items, Meta=pairs, TaggedAddresses=pairs),
            Check=given(CheckID="c", Name="c", ServiceID="s", ServiceTags=items, Status="passing",
                        Definition=not_null(pairs))),
            note=note, headers=MANAGER)
        t.put("/v1/catalog/register", given(Node=node, Address="10.4.0.1", SkipNodeUpdate=True, Check=given(
            CheckID="of-node", Name="n", ServiceTags=items, Definition=given(
                HTTP="http://x", Interval="10s", Header=pairs, ScriptArgs=items))), headers=MANAGER)
        t.put("/v1/catalog/register", given(
            Node=node, Address="10.4.0.1", SkipNodeUpdate=True,
            Service=given(ID="p", Service=f"listed{i}-proxy", Kind="connect-proxy", Port=1, Tags=items, Proxy=given(
                DestinationServiceName=f"listed{i}", Upstreams=items, Config=pairs, EnvoyExtensions=items,
                MeshGateway=pairs, Expose=given(Paths=items)))), note=note, headers=MANAGER)
        shown(t, node, f"listed{i}")
    t.put("/v1/catalog/register", {
        "Node": "ln9", "Address": "10.4.0.9", "TaggedAddresses": {"lan": "10.4.0.9"}, "NodeMeta": {"a": "b"},
        "Service": {"ID": "s", "Service": "listed9", "Tags": ["x", ""], "Meta": {"a": ""},
                    "TaggedAddresses": {"lan": {}}},
        "Checks": [{"CheckID": "c", "Name": "c", "ServiceID": "s", "ServiceTags": ["y"],
                    "Definition": {"HTTP": "http://x", "Interval": "10s", "Header": {"A": [], "B": None, "C": ["c"]}}}]}, headers=MANAGER)
    t.put("/v1/catalog/register", {
        "Node": "ln9", "Address": "10.4.0.9", "SkipNodeUpdate": True, "Service": {
            "ID": "p", "Service": "listed9-proxy", "Kind": "connect-proxy", "Port": 1, "Proxy": {
                "DestinationServiceName": "listed9", "Config": {"list": [], "map": {}, "null": None},
                "Upstreams": [{"DestinationName": "u", "LocalBindPort": 1}],
                "Expose": {"Paths": [{"Path": "/x", "LocalPathPort": 1, "ListenerPort": 2}]}}}}, headers=MANAGER)
    shown(t, "ln9", "listed9")
    for i in [0, 1, 2, 3, 9]:
        t.put("/v1/txn", [{"Node": {"Verb": "get", "Node": {"Node": f"ln{i}"}}},
                          {"Service": {"Verb": "get", "Node": f"ln{i}", "Service": {"ID": "s"}}},
                          {"Check": {"Verb": "get", "Check": {"Node": f"ln{i}", "CheckID": "of-node"}}}],
              headers=MANAGER)
    for i, (note, state) in enumerate(STATES):
        items, pairs = as_list(state), as_map(state)
        t.put("/v1/txn", [
            {"Node": {"Verb": "set", "Node": given(Node=f"lt{i}", Address="10.4.1.1", Meta=pairs,
                                                   TaggedAddresses=pairs)}},
            {"Service": {"Verb": "set", "Node": f"lt{i}", "Service": given(
                ID="s", Service=f"tx{i}", Tags=items, Meta=pairs, TaggedAddresses=pairs)}},
            {"Check": {"Verb": "set", "Check": given(Node=f"lt{i}", CheckID="of-node", Name="n", ServiceTags=items,
                                                     Definition=not_null(pairs))}}], note=note, headers=MANAGER)
        shown(t, f"lt{i}", f"tx{i}")
    for node in ["ln0", "ln1", "ln2", "ln3", "ln9", "lt0", "lt1", "lt2", "lt3"]:
        t.put("/v1/catalog/deregister", {"Node": node}, headers=MANAGER)


def shown(t, node, service):
    for path in [f"/v1/catalog/node/{node}", f"/v1/catalog/node-services/{node}", f"/v1/catalog/service/{service}",
                 f"/v1/catalog/connect/{service}", f"/v1/health/node/{node}", f"/v1/health/checks/{service}",
                 f"/v1/health/service/{service}", f"/v1/health/service/{service}?passing",
                 f"/v1/health/connect/{service}", f"/v1/catalog/nodes?filter=Node=={node}",
                 f"/v1/catalog/services?filter=Node=={node}", f"/v1/health/state/any?filter=Node=={node}",
                 f"/v1/catalog/service/{service}?merge-central-config"]:
        t.get(path, headers=MANAGER, unordered=True)


def agent(t):
    for i, (note, state) in enumerate(STATES):
        items, pairs = as_list(state), as_map(state)
        t.put("/v1/agent/service/register", given(
            Name=f"own{i}", Tags=items, Meta=pairs, TaggedAddresses=pairs, Checks=items, Weights=ABSENT),
            note=note, headers=MANAGER)
        t.put("/v1/agent/service/register", given(
            Name=f"own{i}-proxy", Kind="connect-proxy", Port=1, Proxy=given(
                DestinationServiceName=f"own{i}", Upstreams=items, Config=pairs, EnvoyExtensions=items,
                Expose=given(Paths=items))), note=note, headers=MANAGER)
        t.put("/v1/agent/check/register", given(
            ID=f"check{i}", Name="c", HTTP="http://127.0.0.1:1/", Interval="1h", Status="passing", Header=pairs,
            Args=items, ScriptArgs=items), note=note, headers=MANAGER)
        t.put("/v1/agent/check/register", given(ID=f"bound{i}", Name="c", TTL="1h", ServiceID=f"own{i}"), headers=MANAGER)
        for path in [f"/v1/agent/service/own{i}", f"/v1/agent/service/own{i}-proxy",
                     f"/v1/agent/health/service/id/own{i}", f"/v1/agent/health/service/name/own{i}-proxy"]:
            t.get(path, headers=MANAGER, unordered=True, ignore=("ContentHash",),
                  ignore_headers=("X-Consul-Contenthash",))
        t.wait(f"/v1/catalog/service/own{i}", until=b"ServiceID", headers=MANAGER)
        t.wait(f"/v1/catalog/service/own{i}-proxy", until=b"ServiceID", headers=MANAGER)
        t.wait(f"/v1/health/checks/own{i}", until=b"bound", headers=MANAGER)
        t.get(f"/v1/health/service/own{i}", headers=MANAGER, loose=True)
    t.put("/v1/agent/service/register", {"Name": "own9", "Tags": [""], "Meta": {"a": ""}, "Check": {
        "HTTP": "http://127.0.0.1:1/", "Interval": "1h", "Status": "passing", "Header": {"A": [], "B": None, "C": ["c"]}}},
        headers=MANAGER)
    t.get("/v1/agent/service/own9", headers=MANAGER)
    t.wait("/v1/health/service/own9", until=b"own9", headers=MANAGER)
    t.get("/v1/agent/services", headers=MANAGER, ignore=("ContentHash",))
    t.get("/v1/agent/checks", headers=MANAGER)
    t.wait("/v1/health/node/like", until=b"bound3", headers=MANAGER, unordered=True)
    t.get("/v1/catalog/node/like", headers=MANAGER, loose=True)
    t.put("/v1/agent/maintenance?enable=true", headers=MANAGER)
    t.get("/v1/agent/checks?filter=CheckID==_node_maintenance", headers=MANAGER)
    t.put("/v1/agent/maintenance?enable=false", headers=MANAGER)
    for i in [0, 1, 2, 3]:
        for name in [f"own{i}", f"own{i}-proxy"]:
            t.put(f"/v1/agent/service/deregister/{name}", headers=MANAGER)
        t.put(f"/v1/agent/check/deregister/check{i}", headers=MANAGER)
    t.put("/v1/agent/service/deregister/own9", headers=MANAGER)


def sessions(t):
    for i, (note, state) in enumerate(STATES):
        items = as_list(state)
        t.put("/v1/session/create", given(Name=f"s{i}", NodeChecks=items, ServiceChecks=items), note=note,
              save={f"s{i}": ("ID",)}, headers=MANAGER)
        t.get(f"/v1/session/info/{{{{s{i}}}}}", headers=MANAGER)
        t.put("/v1/session/create", given(Checks=items), note=note, save={"c": ("ID",)}, headers=MANAGER)
        t.get("/v1/session/info/{{c}}", headers=MANAGER)
        t.put("/v1/session/destroy/{{c}}", headers=MANAGER)
        t.put(f"/v1/session/renew/{{{{s{i}}}}}", headers=MANAGER)
    t.get("/v1/session/list", unordered=True, headers=MANAGER)
    t.get("/v1/session/node/like", unordered=True, headers=MANAGER)
    for i in range(len(STATES)):
        t.put(f"/v1/session/destroy/{{{{s{i}}}}}", headers=MANAGER)


# Hashes cover UUIDs; the synthetic policies of an expanded token are tested elsewhere.
UNLIKE = ("Hash", "CreateTime", "ExpandedPolicies")


def access(t):
    def put(path, body, **more):
        t.put(path, body, headers=MANAGER, ignore=UNLIKE, **more)

    def get(path, **more):
        t.get(path, headers=MANAGER, unordered=True, loose=True, ignore=UNLIKE, **more)

    for path in ["/v1/acl/policies", "/v1/acl/tokens", "/v1/acl/roles", "/v1/acl/token/self",
                 "/v1/acl/token/self?expanded", "/v1/acl/templated-policies",
                 "/v1/acl/templated-policy/name/builtin/service", "/v1/acl/templated-policy/name/builtin/dns"]:
        get(path)
    for i, (note, state) in enumerate(STATES):
        items = as_list(state)
        put("/v1/acl/policy", given(Name=f"p{i}", Datacenters=items), note=note, save={f"p{i}": ("ID",)})
        put(f"/v1/acl/policy/{{{{p{i}}}}}", given(Name=f"p{i}", Datacenters=items, Description="d"), note=note)
        get(f"/v1/acl/policy/{{{{p{i}}}}}")
        get(f"/v1/acl/policy/name/p{i}")
        put("/v1/acl/role", given(Name=f"r{i}", Policies=items, ServiceIdentities=items, NodeIdentities=items,
                                  TemplatedPolicies=items), note=note, save={f"r{i}": ("ID",)})
        get(f"/v1/acl/role/{{{{r{i}}}}}")
        get(f"/v1/acl/role/name/r{i}")
        put("/v1/acl/token", given(Description=f"t{i}", Policies=items, Roles=items, ServiceIdentities=items,
                                   NodeIdentities=items, TemplatedPolicies=items), note=note,
            save={f"t{i}": ("AccessorID",)})
        get(f"/v1/acl/token/{{{{t{i}}}}}")
        get(f"/v1/acl/token/{{{{t{i}}}}}?expanded")
        put(f"/v1/acl/token/{{{{t{i}}}}}/clone", given(Policies=items), note=note, save={"clone": ("AccessorID",)})
        get("/v1/acl/token/{{clone}}")
        t.delete("/v1/acl/token/{{clone}}", headers=MANAGER)
        put("/v1/acl/token", given(Description="inner", ServiceIdentities=[given(ServiceName="x", Datacenters=items)],
                                   NodeIdentities=[given(NodeName="x", Datacenter="dc1")],
                                   TemplatedPolicies=[given(TemplateName="builtin/service", Datacenters=items,
                                                            TemplateVariables={"Name": "x"})]),
            note=note, save={"inner": ("AccessorID",)})
        get("/v1/acl/token/{{inner}}")
        get("/v1/acl/token/{{inner}}?expanded")
        t.delete("/v1/acl/token/{{inner}}", headers=MANAGER)
        t.post("/v1/acl/templated-policy/preview/builtin/service", given(Name="x", Datacenters=items), headers=MANAGER)
    put("/v1/acl/policy", {"Name": "p9", "Datacenters": ["dc1"], "Rules": 'key "x" { policy = "read" }'},
        save={"p9": ("ID",)})
    put("/v1/acl/role", {"Name": "r9", "Policies": [{"Name": "p9"}], "ServiceIdentities": [{"ServiceName": "x"}],
                         "NodeIdentities": [{"NodeName": "x", "Datacenter": "dc1"}]}, save={"r9": ("ID",)})
    put("/v1/acl/token", {"Description": "t9", "Policies": [{"Name": "p9"}], "Roles": [{"Name": "r9"}]},
        save={"t9": ("AccessorID",)})
    get("/v1/acl/token/{{t9}}")
    get("/v1/acl/token/{{t9}}?expanded")
    for i in [2, 3]:
        t.delete(f"/v1/acl/policy/{{{{p{i}}}}}", headers=MANAGER)
    for path in ["/v1/acl/policies", "/v1/acl/tokens", "/v1/acl/roles", "/v1/acl/tokens?policy={{p9}}",
                 "/v1/acl/tokens?role={{r9}}", "/v1/acl/roles?policy={{p9}}"]:
        get(path)
    t.delete("/v1/acl/policy/{{p9}}", headers=MANAGER)
    for path in ["/v1/acl/token/{{t9}}", "/v1/acl/token/{{t9}}?expanded", "/v1/acl/role/{{r9}}"]:
        get(path, note="its policy is gone")
    t.delete("/v1/acl/role/{{r9}}", headers=MANAGER)
    get("/v1/acl/token/{{t9}}", note="its role is gone")
    get("/v1/acl/token/self?expanded")


def unseen(t):
    """The answers for a token without permissions."""
    t.put("/v1/acl/policy", {"Name": "nothing", "Rules": 'node_prefix "" { policy = "deny" } service_prefix "" { '
                             'policy = "deny" } key_prefix "" { policy = "deny" } session_prefix "" { policy = "deny" } '
                             'event_prefix "" { policy = "deny" } agent_prefix "" { policy = "deny" } operator = "deny" '
                             'acl = "deny"'}, headers=MANAGER, save={"np": ("ID",)})
    t.put("/v1/acl/token", {"Policies": [{"Name": "nothing"}]}, headers=MANAGER, ignore=UNLIKE,
          save={"nobody": ("SecretID",), "nobody_id": ("AccessorID",)})
    t.put("/v1/kv/seen/a", "x", headers=MANAGER)
    t.put("/v1/session/create", {"Name": "seen"}, headers=MANAGER, save={"seen": ("ID",)})
    for path in ["/v1/catalog/nodes", "/v1/catalog/services", "/v1/catalog/service/consul", "/v1/catalog/connect/consul",
                 "/v1/catalog/node/like", "/v1/catalog/node-services/like", "/v1/health/node/like",
                 "/v1/health/checks/from-file", "/v1/health/state/any", "/v1/health/service/consul",
                 "/v1/health/service/consul?passing", "/v1/kv/seen?recurse", "/v1/kv/seen?keys", "/v1/kv/?keys",
                 "/v1/kv/seen/a", "/v1/session/list", "/v1/session/node/like", "/v1/session/info/{{seen}}",
                 "/v1/coordinate/nodes", "/v1/coordinate/node/like", "/v1/agent/services", "/v1/agent/checks",
                 "/v1/agent/members", "/v1/event/list", "/v1/acl/tokens", "/v1/acl/token/self",
                 "/v1/acl/token/self?expanded"]:
        t.get(path + ("&" if "?" in path else "?") + "token={{nobody}}", unordered=True, loose=True, ignore=UNLIKE,
              ignore_headers=("X-Consul-Index", "X-Consul-Knownleader", "X-Consul-Lastcontact",
                              "X-Consul-Query-Backend"))
    t.put("/v1/txn?token={{nobody}}", [{"KV": {"Verb": "get-tree", "Key": "seen"}},
                                       {"Node": {"Verb": "get", "Node": {"Node": "like"}}}])
    t.put("/v1/session/destroy/{{seen}}", headers=MANAGER)


def rest(t):
    t.put("/v1/event/fire/listed", headers=MANAGER)
    t.put("/v1/event/fire/listed", "payload", headers=MANAGER)
    t.wait("/v1/event/list?name=listed", until=b"cGF5bG9hZA", headers=MANAGER)
    t.get("/v1/coordinate/datacenters", headers=MANAGER, shape=True)
    t.get("/v1/coordinate/nodes", headers=MANAGER, shape=True)
    t.get("/v1/operator/raft/configuration", headers=MANAGER, shape=True)
    t.get("/v1/operator/autopilot/configuration", headers=MANAGER)
    t.get("/v1/operator/autopilot/health", headers=MANAGER, shape=True)
    t.get("/v1/operator/autopilot/state", headers=MANAGER, shape=True)
    t.get("/v1/operator/usage", headers=MANAGER)
    t.get("/v1/operator/keyring", headers=MANAGER)
    t.get("/v1/connect/ca/roots", headers=MANAGER, shape=True, loose=True)
    t.get("/v1/agent/connect/ca/roots", headers=MANAGER, shape=True, loose=True, ignore_headers=("Age", "X-Cache"))
    t.get("/v1/agent/members?wan=1", headers=MANAGER, ignore=("build",))
    t.get("/v1/status/peers", headers=MANAGER)
    t.get("/v1/catalog/datacenters", headers=MANAGER)
    t.get("/v1/acl/replication", headers=MANAGER)


def cases(t):
    nothing_there(t)
    catalog(t)
    agent(t)
    sessions(t)
    access(t)
    unseen(t)
    rest(t)
