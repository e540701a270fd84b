"""The catalog and the health endpoints, with external nodes."""

WEB = [("n1", "10.0.0.1", ["v1", "primary"], {"rack": "1"}, "passing"),
       ("n2", "10.0.0.2", ["v2"], {"rack": "2", "ssd": "yes"}, "warning"),
       ("n3", "10.0.0.3", ["V1", "secondary"], {"rack": "1"}, "critical")]


def register(t):
    for i, (node, address, tags, meta, status) in enumerate(WEB):
        t.put("/v1/catalog/register", {
            "Node": node, "Address": address, "NodeMeta": meta, "TaggedAddresses": {"lan": address, "wan": "1.2.3.4"},
            "Service": {"ID": f"web-{i}", "Service": "web", "Tags": tags, "Port": 8000 + i, "Meta": {"i": str(i)},
                        "Weights": {"Passing": 10 * (i + 1), "Warning": 1}},
            "Checks": [{"Node": node, "CheckID": f"web-{i}:alive", "Name": "alive", "Status": status,
                        "ServiceID": f"web-{i}", "Output": "out", "Notes": "note"},
                       {"Node": node, "CheckID": "disk", "Name": "disk", "Status": "passing"}]})


def bad_registrations(t):
    for body in ["", "null", "{}", "[]", "garbage", '"x"', {"Frob": 1}, {"Node": 5}, {"Node": "x"}, {"Address": "1.1.1.1"},
                 {"Node": "x", "Address": "1.1.1.1", "ID": "short"},
                 {"Node": "x", "Address": "1.1.1.1", "Service": {"ID": "s"}},
                 {"Node": "x", "Address": "1.1.1.1", "Service": {"Service": "s", "Port": "80"}},
                 {"Node": "x", "Address": "1.1.1.1", "Service": {"Service": "s", "Address": "0.0.0.0"}},
                 {"Node": "x", "Address": "1.1.1.1", "Service": {"Service": "s", "Tags": "one"}},
                 {"Node": "x", "Address": "1.1.1.1", "Service": {"Service": "s", "Meta": {"k": 1}}},
                 {"Node": "x", "Address": "1.1.1.1", "Check": {"Node": "y", "CheckID": "c", "Name": "c"}},
                 {"Node": "x", "Address": "1.1.1.1", "Check": {"CheckID": "c", "Name": "c", "ServiceID": "none"}},
                 {"Node": "x", "Address": "1.1.1.1", "Check": {"Frob": 1}},
                 {"Node": "x", "Address": "1.1.1.1", "Checks": {"CheckID": "c"}},
                 {"Node": "x", "Address": "1.1.1.1", "PeerName": "p"},
                 {"Node": "x", "Address": "1.1.1.1", "Datacenter": "nowhere"},
                 {"Node": "x", "Address": "1.1.1.1", "Namespace": "foo"},
                 {"Node": "x", "Service": {"Service": "s"}},
                 {"Node": "x", "Address": "1.1.1.1", "Check": {"Definition": {"Interval": "abc"}}},
                 {"Node": "never", "SkipNodeUpdate": True, "Service": {"Service": "s"}}]:
        t.put("/v1/catalog/register", body)
    t.put("/v1/catalog/deregister", {"Node": "x"})
    for body in ["", "null", "{}", "[]", "garbage", {"Frob": 1}, {"Node": "nobody"}, {"Node": "nobody", "ServiceID": "s"},
                 {"Node": "nobody", "CheckID": "c"}, {"Node": 5}, {"Node": "x", "Datacenter": "nowhere"}]:
        t.put("/v1/catalog/deregister", body)


FILTERS = {
    "/v1/catalog/nodes": ['Node==n1', 'Node != n1', 'Meta.rack=="1"', 'Meta["rack"]==1', 'ssd in Meta', 'Meta is empty',
                          'Address matches "^10.0.0.[12]$"', 'Nope==1', 'Node ==', 'Node==n1 and', '(Node==n1)',
                          'Node==n1 or Node==n2', 'not Node==n1', 'TaggedAddresses.wan=="1.2.3.4"', 'Node contains n',
                          'Address==10.0.0.1', 'Node matches "["', 'CreateIndex==1', 'Meta.rack is empty', '"n1"==Node',
                          'Node in x', 'Meta.absent == x', 'Meta.absent != x', '  Node == n2  ', 'Node==`n3`', 'and'],
    "/v1/catalog/services": ['ServiceName==web', 'NodeMeta.rack=="1"', 'v1 in ServiceTags', 'Foo==1',
                             'ServicePort==8000'],
    "/v1/catalog/service/web": ['ServicePort==8001', 'ServicePort==abc', 'v1 in ServiceTags', 'Node==n1',
                                'ServiceTags is empty', 'ServiceMeta.i=="1"', 'NodeMeta.ssd==yes', 'Service==web',
                                'ServiceWeights.Passing==20', 'ServiceTags contains primary', 'ServiceTags==v1'],
    "/v1/catalog/node/n1": ['Service==web', 'Service==x', 'Port==8000', 'v1 in Tags', 'Nope==1'],
    "/v1/catalog/node-services/n1": ['Service==web', 'Service==x', 'Port != 8000', 'primary not in Tags'],
    "/v1/health/node/n1": ['Status==passing', 'CheckID==disk', 'ServiceID is empty', 'Nope==1'],
    "/v1/health/checks/web": ['Status==passing', 'Node==n2', 'Output contains ou', 'ServiceTags contains v1'],
    "/v1/health/state/any": ['ServiceName==web', 'Node==n3 and Status==critical', 'Name matches "ali.*"'],
    "/v1/health/service/web": ['Node.Node==n1', 'Service.Port==8001', 'Checks.Status==critical', 'Checks is empty',
                               'Service.Tags contains v2', 'Node.Meta.rack=="1" and not Checks.Status==critical',
                               'Node==n1', 'Service.Weights.Passing==10', 'Service.Meta.i=="2"'],
}


def quote(text):
    return "".join(c if c.isalnum() else f"%{ord(c):02X}" for c in text)


def reads(t):
    for path in ["/v1/catalog/nodes", "/v1/catalog/services", "/v1/catalog/service/web", "/v1/catalog/service/absent",
                 "/v1/catalog/node/n1", "/v1/catalog/node/nobody", "/v1/catalog/node-services/n1",
                 "/v1/catalog/node-services/nobody", "/v1/catalog/node/like", "/v1/health/node/n1",
                 "/v1/health/node/nobody", "/v1/health/node/like", "/v1/health/checks/web", "/v1/health/checks/absent",
                 "/v1/health/service/web", "/v1/health/service/absent", "/v1/health/service/consul",
                 "/v1/catalog/service/consul", "/v1/health/state/any", "/v1/health/state/passing",
                 "/v1/health/state/warning", "/v1/health/state/critical", "/v1/health/state/frob",
                 "/v1/catalog/connect/web", "/v1/health/connect/web", "/v1/health/ingress/web",
                 "/v1/catalog/gateway-services/web"]:
        t.get(path, unordered=path == "/v1/catalog/services")
    for path in ["/v1/catalog/service/", "/v1/catalog/node/", "/v1/catalog/node-services/", "/v1/health/node/",
                 "/v1/health/checks/", "/v1/health/service/", "/v1/health/state/", "/v1/health/connect/"]:
        t.get(path, note="no name")
    for query in ["tag=v1", "tag=v1&tag=primary", "tag=V1", "tag=none", "tag=", "node-meta=rack:1",
                  "node-meta=rack:1&node-meta=ssd:yes", "node-meta=rack", "node-meta=none:1", "near=n2", "near=_agent",
                  "near=nobody", "stale", "consistent", "cached", "peer=x", "sg=x", "merge-central-config", "dc=dc1"]:
        # "cached" reports the age of its answer itself
        t.get(f"/v1/catalog/service/web?{query}", unordered=query == "near=_agent", ignore_headers=("Age", "X-Cache"))
        t.get(f"/v1/health/service/web?{query}", unordered=query == "near=_agent", ignore_headers=("Age", "X-Cache"),
              loose=query == "cached")
    for query in ["passing", "passing=true", "passing=1", "passing=0", "passing=false", "passing=frob", "passing=",
                  "passing&tag=v1"]:
        t.get(f"/v1/health/service/web?{query}")
    for query in ["node-meta=rack:1", "node-meta=rack:1&node-meta=ssd:yes", "near=n1", "node-meta="]:
        t.get(f"/v1/catalog/nodes?{query}")
        t.get(f"/v1/catalog/services?{query}", unordered=True)
        t.get(f"/v1/health/state/any?{query}")
        t.get(f"/v1/health/checks/web?{query}")
    for path, filters in FILTERS.items():
        for one in filters:
            t.get(f"{path}?filter={quote(one)}", note=one, unordered=path == "/v1/catalog/services")


def changes(t):
    t.get("/v1/catalog/service/web", save={"s": "X-Consul-Index"})
    t.put("/v1/catalog/register", {"Node": "n9", "Address": "10.0.0.9", "Service": {"Service": "unrelated"}})
    t.get("/v1/catalog/service/web", note="index unchanged by another service")
    register(t)
    t.get("/v1/catalog/service/web", note="index unchanged by the same again")
    t.get("/v1/health/service/web", save={"s": "X-Consul-Index"})
    t.block("/v1/health/service/web?index={{s}}&wait=1s",
            write=("PUT", "/v1/catalog/register", '{"Node":"n9","Address":"10.0.0.9","Service":{"Service":"more"}}'))
    t.block("/v1/health/service/web?index={{s}}&wait=3s",
            write=("PUT", "/v1/catalog/register", '{"Node":"n1","Address":"10.0.0.1","Check":{"CheckID":"disk",'
                                                  '"Name":"disk","Status":"warning"}}'))
    t.get("/v1/catalog/nodes", save={"s": "X-Consul-Index"})
    t.block("/v1/catalog/nodes?index={{s}}&wait=3s",
            write=("PUT", "/v1/catalog/register", '{"Node":"n10","Address":"10.0.0.10"}'))
    t.get("/v1/catalog/services", save={"s": "X-Consul-Index"}, unordered=True)
    t.block("/v1/catalog/services?index={{s}}&wait=3s", unordered=True,
            write=("PUT", "/v1/catalog/register", '{"Node":"n10","Address":"10.0.0.10","Service":{"Service":"fresh"}}'))
    t.get("/v1/catalog/service/none", save={"s": "X-Consul-Index"})
    t.block("/v1/catalog/service/none?index={{s}}&wait=3s",
            write=("PUT", "/v1/catalog/register", '{"Node":"n10","Address":"10.0.0.10","Service":{"Service":"none"}}'))
    t.get("/v1/health/state/critical", save={"s": "X-Consul-Index"})
    t.block("/v1/health/state/critical?index={{s}}&wait=3s",
            write=("PUT", "/v1/catalog/register", '{"Node":"n10","Address":"10.0.0.10","Check":{"Name":"bad",'
                                                  '"Status":"critical"}}'))
    t.get("/v1/health/node/n10", save={"s": "X-Consul-Index"})
    t.block("/v1/health/node/n10?index={{s}}&wait=3s",
            write=("PUT", "/v1/catalog/deregister", '{"Node":"n10","CheckID":"bad"}'))
    t.put("/v1/catalog/deregister", {"Node": "n1", "CheckID": "web-0:alive"})
    t.get("/v1/health/checks/web")
    t.put("/v1/catalog/deregister", {"Node": "n1", "ServiceID": "web-0"})
    t.get("/v1/catalog/node/n1")
    t.get("/v1/health/service/web")
    t.get("/v1/health/node/n1")
    t.put("/v1/catalog/deregister", {"Node": "n1"})
    t.get("/v1/catalog/node/n1")
    t.get("/v1/catalog/nodes")
    for node in ["n2", "n3", "n9", "n10"]:
        t.put("/v1/catalog/deregister", {"Node": node})
    t.get("/v1/catalog/service/web", note="the last instance is gone")
    t.get("/v1/health/service/web", note="the last instance is gone")
    t.get("/v1/catalog/services", unordered=True)


def odd_registrations(t):
    """Valid registrations that are easily handled wrongly."""
    nid = "aaaaaaaa-bbbb-cccc-dddd-000000000001"
    t.put("/v1/catalog/register", {"Node": "odd", "ID": nid, "Address": "not an address"})
    t.get("/v1/catalog/node/odd")
    t.get(f"/v1/catalog/node/{nid}")
    t.get("/v1/catalog/node/aaaaaaaa")
    t.get("/v1/catalog/node/a")
    t.put("/v1/catalog/register", {"Node": "odd-renamed", "ID": nid, "Address": "10.7.0.1"})
    t.get("/v1/catalog/node/odd")
    t.get("/v1/catalog/node/odd-renamed")
    t.put("/v1/catalog/register", {"Node": "odd-renamed", "ID": "aaaaaaaa-bbbb-cccc-dddd-000000000002",
                                   "Address": "10.7.0.1"})
    t.put("/v1/catalog/register", {"node": "ODD-Case", "address": "10.7.0.2", "service": {
        "service": "Mixed.Case", "tags": ["B", "a", "a"], "EnableTagOverride": True, "SocketPath": "/x"}})
    t.get("/v1/catalog/node/odd-case")
    t.get("/v1/catalog/service/Mixed.Case")
    t.get("/v1/catalog/service/mixed.case")
    t.put("/v1/catalog/register", {"Node": "odd2", "Address": "10.7.0.3", "Service": {
        "Service": "proxy", "Kind": "connect-proxy", "Port": 1, "Proxy": {"DestinationServiceName": "web"}}})
    t.get("/v1/catalog/service/proxy")
    t.get("/v1/catalog/connect/web")
    t.put("/v1/catalog/register", {"Node": "odd2", "Address": "10.7.0.3", "Service": {
        "Service": "native", "Connect": {"Native": True}, "TaggedAddresses": {"lan": {"Address": "1.1.1.1", "Port": 5}}}})
    t.get("/v1/catalog/service/native")
    t.put("/v1/catalog/register", {"Node": "odd2", "Address": "10.7.0.3", "Check": {
        "Name": "defined", "Definition": {"HTTP": "http://x", "Interval": "10s", "Timeout": 5000000000,
                                          "Header": {"A": ["b"]}, "DeregisterCriticalServiceAfter": "1m"}}})
    t.get("/v1/health/node/odd2")
    t.put("/v1/catalog/register", {"Node": "odd2", "Address": "10.7.0.3", "Check": {"Name": "statusless"}})
    t.put("/v1/catalog/register", {"Node": "odd2", "Address": "10.7.0.3", "Check": {"Name": "odd", "Status": "frob"}})
    t.get("/v1/health/node/odd2")
    t.get("/v1/health/state/critical")
    t.put("/v1/catalog/register", {"Node": "odd2", "Address": "10.7.0.4", "SkipNodeUpdate": True,
                                   "Service": {"Service": "late"}})
    t.get("/v1/catalog/node/odd2")
    for name in ["with space", "slash/ed", "dot.ted", "\u00e9", "x" * 300]:
        t.put("/v1/catalog/register", {"Node": "odd3", "Address": "1.1.1.1", "Service": {"Service": name}})
    t.get("/v1/catalog/node/odd3")
    t.get("/v1/catalog/service/slash/ed")
    t.get("/v1/catalog/service/slash%2Fed")
    t.get("/v1/catalog/service/with%20space")
    t.put("/v1/catalog/register", {"Node": "odd3", "Address": "1.1.1.1", "NodeMeta": {"consul-x": "y"}})
    t.put("/v1/catalog/register", {"Node": "odd3", "Address": "1.1.1.1", "NodeMeta": {"": "y"}})
    t.get("/v1/catalog/node/odd3")
    for node in ["odd", "odd-renamed", "ODD-Case", "odd2", "odd3"]:
        t.put("/v1/catalog/deregister", {"Node": node})
    t.get("/v1/catalog/nodes")


def cases(t):
    bad_registrations(t)
    register(t)
    reads(t)
    changes(t)
    odd_registrations(t)
