"""The agent's own services and checks."""

BAD_SERVICES = [
    "", "null", "{}", "[]", "garbage", {"Frob": 1}, {"Name": ""}, {"Name": 5}, {"Name": "s", "Port": "80"},
    {"Name": "s", "Port": -1}, {"Name": "s", "Port": 1.5}, {"Name": "s", "Address": "0.0.0.0"},
    {"Name": "s", "Address": "::"}, {"Name": "s", "Tags": "x"}, {"Name": "s", "Meta": {"a b": "c"}},
    {"Name": "s", "Meta": {"consul-x": "c"}}, {"Name": "s", "Meta": {"k": "v" * 513}},
    {"Name": "s", "Meta": {f"k{i}": "v" for i in range(65)}}, {"Name": "s", "Weights": {"Passing": 0}},
    {"Name": "s", "Weights": {"Passing": -1, "Warning": 1}}, {"Name": "s", "Weights": {"Passing": 70000, "Warning": 1}},
    {"Name": "s", "Check": {"TTL": "abc"}}, {"Name": "s", "Check": {"TTL": "10s", "Interval": "5s"}},
    {"Name": "s", "Check": {"HTTP": "http://x"}}, {"Name": "s", "Check": {"TCP": "x:1", "TTL": "10s"}},
    {"Name": "s", "Check": {"TTL": "10s", "Status": "frob"}}, {"Name": "s", "Check": {"Frob": 1}},
    {"Name": "s", "Check": {"Interval": "10s"}}, {"Name": "s", "Checks": [{"TTL": "-1s"}]},
    {"Name": "s", "Kind": "frob"}, {"Name": "s", "Kind": "connect-proxy"},
    {"Name": "s", "Kind": "connect-proxy", "Port": 5}, {"Name": "s", "Check": {"Script": "x", "Interval": "1s"}},
    {"Name": "s", "Namespace": "foo"}, {"Name": "s", "Partition": "foo"}, {"Name": "s", "Check": {"Interval": 5}},
    {"Name": "s", "Check": {"TTL": "10s", "SuccessBeforePassing": -1}}, {"Name": "s", "Check": {"TTL": True}},
    {"Name": "s", "TaggedAddresses": {"lan": "1.1.1.1"}}, {"Name": "s", "Connect": {"SidecarService": {"ID": "x"}}},
    {"Name": "s", "Check": {"TTL": "10s", "FailuresBeforeCritical": 1, "FailuresBeforeWarning": 2}},
]

GOOD_SERVICES = [
    {"Name": "plain"}, {"name": "lower", "tags": ["x"], "port": 1}, {"ID": "with-id", "Name": "named", "Port": 80},
    {"Name": "full", "ID": "full-1", "Port": 8080, "Address": "10.1.1.1", "Tags": ["b", "a", "a"],
     "Meta": {"k": "v", "K": "V"}, "EnableTagOverride": True, "Weights": {"Passing": 5, "Warning": 2},
     "TaggedAddresses": {"lan": {"Address": "10.1.1.2", "Port": 1}, "wan": {"Address": "2.2.2.2", "Port": 2}}},
    {"Name": "six", "Address": "fd00::1", "Port": 6}, {"Name": "host", "Address": "some.host.name", "Port": 7},
    {"Name": "socket", "SocketPath": "/tmp/x.sock"}, {"Name": "meta-null", "Meta": None, "Tags": None},
    {"Name": "one-check", "Check": {"TTL": "1h"}}, {"Name": "passing", "Check": {"TTL": "1h", "Status": "passing"}},
    {"Name": "checks", "Checks": [{"TTL": "1h"}, {"CheckID": "mine", "Name": "Mine", "TTL": "2h", "Notes": "n"}]},
    {"Name": "both", "Check": {"TTL": "1h"}, "Checks": [{"TTL": "1h"}]}, {"Name": "empty-check", "Check": {}},
    {"Name": "null-check", "Check": None}, {"Name": "locality", "Locality": {"Region": "r", "Zone": "z"}},
    {"Name": "weird name/with.things"}, {"Name": "under_score"}, {"Name": "native", "Connect": {"Native": True}},
    {"Name": "aka", "Check": {"AliasService": "plain"}}, {"Name": "deregister", "Check": {
        "TTL": "1h", "DeregisterCriticalServiceAfter": "90m"}}, {"Name": "prefixed", "Check": {
            "CheckID": "cid", "Name": "check name", "TTL": "1h", "Status": "warning"}},
]

BAD_CHECKS = [
    "", "null", "{}", "[]", "garbage", {"Frob": 1}, {"Name": ""}, {"Name": "c"}, {"ID": "c", "TTL": "1h"},
    {"Name": "c", "TTL": "abc"}, {"Name": "c", "TTL": "1h", "Interval": "1s"}, {"Name": "c", "HTTP": "http://x"},
    {"Name": "c", "TTL": "1h", "Status": "frob"}, {"Name": "c", "TTL": "1h", "ServiceID": "absent"},
    {"Name": "c", "Interval": "10s"}, {"Name": "c", "Args": ["x"]}, {"Name": "c", "Args": "x", "Interval": "1s"},
    {"Name": "c", "AliasService": "x", "Interval": "1s"}, {"Name": "c", "AliasService": "x", "TTL": "1s"},
    {"Name": "c", "TTL": "1h", "OutputMaxSize": -1}, {"Name": "c", "GRPC": "x"}, {"Name": "c", "UDP": "x"},
    {"Name": "c", "OSService": "x"}, {"Name": "c", "H2PING": "x"}, {"Name": "c", "TTL": "0s"},
    {"Name": "c", "TTL": "1h", "Timeout": "abc"}, {"Name": 5}, {"Name": "c", "TTL": "1h", "Namespace": "foo"},
]


def name_of(body):
    return str(body.get("ID") or body.get("Name") or body.get("name")).replace(" ", "%20").replace("/", "%2F")


def services(t):
    t.get("/v1/agent/services")
    t.get("/v1/agent/checks")
    t.get("/v1/agent/service/from-file")
    t.get("/v1/agent/service/absent")
    t.get("/v1/agent/service/")
    for body in BAD_SERVICES:
        t.put("/v1/agent/service/register", body)
    t.get("/v1/agent/services", note="nothing was registered")
    for body in GOOD_SERVICES:
        t.put("/v1/agent/service/register", body)
        t.get(f"/v1/agent/service/{name_of(body)}")
        t.wait(f"/v1/catalog/service/{body.get('Name', body.get('name')).replace(' ', '%20').replace('/', '%2F')}",
               until=b'"ServiceID"')
    t.get("/v1/agent/services")
    t.get("/v1/agent/services?pretty")
    t.get("/v1/agent/checks")
    t.wait("/v1/catalog/node/like", until=b"prefixed")
    t.wait("/v1/health/node/like", until=b"check name", unordered=True)
    for one in ["Service==full", "Port==8080", "a in Tags", "Meta.k==v", "Nope==1", "Weights.Passing==5", "Tags is empty",
                "TaggedAddresses.lan.Port==1", "Service matches `^p`"]:
        t.get("/v1/agent/services?filter=" + one.replace(" ", "%20").replace("`", "%60").replace("^", "%5E"), note=one)
    for one in ["Status==critical", "Name==Mine", "ServiceName==checks", "Foo==1", "ServiceTags is empty", "Type==ttl"]:
        t.get("/v1/agent/checks?filter=" + one.replace(" ", "%20"), note=one)
    t.get("/v1/agent/service/full-1", save={"hash": "X-Consul-ContentHash"})
    t.block("/v1/agent/service/full-1?hash={{hash}}&wait=1s")
    t.block("/v1/agent/service/full-1?hash={{hash}}&wait=3s",
            write=("PUT", "/v1/agent/service/register", '{"ID":"full-1","Name":"full","Port":8081}'))
    t.get("/v1/agent/service/full-1?hash=nonsense&wait=1s")
    t.get("/v1/agent/service/full-1?hash=x&wait=abc")
    t.put("/v1/agent/service/register", {"Name": "plain", "Port": 99, "Tags": ["new"]})
    t.wait("/v1/catalog/service/plain", until=b"99")
    t.put("/v1/agent/service/register?replace-existing-checks=true", {"Name": "checks", "Checks": [{"TTL": "3h"}]})
    t.get("/v1/agent/checks")
    t.put("/v1/agent/service/register?replace-existing-checks", {"Name": "checks"})
    t.put("/v1/agent/service/register?replace-existing-checks=frob", {"Name": "checks"})
    t.get("/v1/agent/checks")


def checks(t):
    for body in BAD_CHECKS:
        t.put("/v1/agent/check/register", body)
    t.get("/v1/agent/checks", note="only an alias of nothing was registered")
    t.put("/v1/agent/check/deregister/c")
    t.put("/v1/agent/check/register", {"Name": "node ttl", "ID": "nttl", "TTL": "1h", "Notes": "hello"})
    t.put("/v1/agent/check/register", {"Name": "noid", "TTL": "1h", "Status": "warning"})
    t.put("/v1/agent/check/register", {"Name": "bound", "TTL": "1h", "ServiceID": "plain"})
    t.put("/v1/agent/check/register", {"Name": "script", "Args": ["/bin/sh", "-c", "echo hi; exit 1"], "Interval": "1h",
                                       "Timeout": "5s"})
    t.put("/v1/agent/check/register", {"Name": "tcp", "TCP": "127.0.0.1:1", "Interval": "1h", "Status": "passing"})
    t.put("/v1/agent/check/register", {"Name": "http", "HTTP": "http://127.0.0.1:1/", "Interval": "1h", "Header": {
        "A": ["b"]}, "Method": "POST", "Body": "x", "Status": "passing"})
    t.put("/v1/agent/check/register", {"Name": "alias", "AliasService": "plain"})
    # No alias of the agent's own node: in Consul 1.19 it counts itself, stays critical, and removing it never returns.
    t.put("/v1/agent/check/register", {"Name": "h2", "H2PING": "127.0.0.1:1", "Interval": "1h", "H2PingUseTLS": False})
    t.put("/v1/agent/check/register", {"Name": "udp", "UDP": "127.0.0.1:1", "Interval": "1h", "Timeout": "1s"})
    t.put("/v1/agent/check/register", {"Name": "grpc", "GRPC": "127.0.0.1:1", "Interval": "1h"})
    kinds = {"grpcs": {"GRPC": "127.0.0.1:1/web", "GRPCUseTLS": True, "TLSServerName": "house"},
             "grpc_snake": {"grpc": "127.0.0.1:1", "grpc_use_tls": True, "tls_skip_verify": True},
             "h2s": {"H2PING": "127.0.0.1:1"}, "h2_snake": {"h2ping": "127.0.0.1:1", "h2ping_use_tls": False},
             "docker": {"DockerContainerID": "c", "Args": ["true"], "Shell": "/bin/bash"},
             "docker_snake": {"docker_container_id": "c", "args": ["true"]},
             "thresholds": {"GRPC": "127.0.0.1:1", "SuccessBeforePassing": 2, "FailuresBeforeWarning": 1,
                            "FailuresBeforeCritical": 3}}
    for name, kind in kinds.items():
        t.put("/v1/agent/check/register", dict(kind, Name=name, Interval="1h", Timeout="2s"))
        t.put("/v1/agent/service/register", {"Name": f"s-{name}", "Check": dict(kind, Interval="1h")})
        for fault in ({}, {"TTL": "1h"}, {"Interval": "1h", "TTL": "1h"}, {"Interval": "1h", "AliasService": "plain"},
                      {"Interval": "1h", "OutputMaxSize": -1}):
            t.put("/v1/agent/check/register", dict(kind, Name="bad", **fault))
    for both in (("grpcs", "h2s"), ("docker", "grpcs"), ("h2s", "docker")):
        t.put("/v1/agent/check/register", dict(kinds[both[0]], **kinds[both[1]], Name="-".join(both), Interval="1h"))
    t.get("/v1/agent/checks")
    for name in kinds:
        t.put(f"/v1/agent/service/deregister/s-{name}")
        t.put(f"/v1/agent/check/deregister/{name}")
    for name in ("grpcs-h2s", "docker-grpcs", "h2s-docker"):
        t.put(f"/v1/agent/check/deregister/{name}")
    t.get("/v1/agent/checks")
    for verb in ["pass", "warn", "fail"]:
        t.put(f"/v1/agent/check/{verb}/nttl")
        t.get("/v1/agent/checks?filter=CheckID==nttl")
        t.put(f"/v1/agent/check/{verb}/nttl?note=some%20note%20{verb}")
        t.get("/v1/agent/checks?filter=CheckID==nttl")
        t.put(f"/v1/agent/check/{verb}/absent")
        t.put(f"/v1/agent/check/{verb}/")
        t.put(f"/v1/agent/check/{verb}/tcp")
    for body in [{"Status": "passing", "Output": "fine"}, {"Status": "warning"}, {"Status": "critical", "Output": "x" * 5000},
                 {"Status": "frob"}, {}, "", "garbage", {"Frob": 1}, {"Status": 5}, "null",
                 {"status": "passing", "output": "<html> & \u00e9"}]:
        t.put("/v1/agent/check/update/nttl", body)
        t.get("/v1/agent/checks?filter=CheckID==nttl")
    t.put("/v1/agent/check/update/absent", {"Status": "passing"})
    t.put("/v1/agent/check/update/", {"Status": "passing"})
    t.wait("/v1/health/node/like", until=b"\\u003chtml", unordered=True)
    for check in ["nttl", "absent", "", "script", "tcp", "http", "alias", "h2", "udp", "grpc", "noid"]:
        t.put(f"/v1/agent/check/deregister/{check}")
    t.get("/v1/agent/checks")
    t.wait("/v1/health/node/like", without=b"nttl", unordered=True)


def health(t):
    t.put("/v1/agent/service/register", {"ID": "h1", "Name": "hh", "Checks": [
        {"CheckID": "h1a", "TTL": "1h", "Status": "passing"}, {"CheckID": "h1b", "TTL": "1h", "Status": "passing"}]})
    t.put("/v1/agent/service/register", {"ID": "h2", "Name": "hh", "Check": {"CheckID": "h2a", "TTL": "1h",
                                                                            "Status": "warning"}})
    t.put("/v1/agent/service/register", {"ID": "h3", "Name": "hh3"})
    paths = ["id/h1", "id/h2", "id/h3", "id/absent", "id/", "name/hh", "name/hh3", "name/absent", "name/"]
    for path in paths:
        t.get(f"/v1/agent/health/service/{path}", unordered=True)
        t.get(f"/v1/agent/health/service/{path}?format=text")
        t.get(f"/v1/agent/health/service/{path}", headers=(("Accept", "text/plain"),), note="Accept: text/plain")
    t.put("/v1/agent/check/fail/h1a?note=down")
    for path in paths[:1] + paths[5:6]:
        t.get(f"/v1/agent/health/service/{path}", unordered=True)
        t.get(f"/v1/agent/health/service/{path}?format=text")
        t.get(f"/v1/agent/health/service/{path}?format=frob", unordered=True)
    for path in ["/v1/agent/maintenance", "/v1/agent/service/maintenance/h3", "/v1/agent/service/maintenance/absent",
                 "/v1/agent/service/maintenance/"]:
        for query in ["", "?enable", "?enable=frob", "?enable=true&reason=some%20reason", "?enable=true",
                      "?enable=1&reason=other"]:
            t.put(path + query)
        t.get("/v1/agent/checks")
        t.get("/v1/agent/health/service/id/h3", unordered=True)
        t.get("/v1/agent/health/service/id/h3?format=text")
        t.put(path + "?enable=false")
        t.put(path + "?enable=false")
        t.get("/v1/agent/checks")


def removal(t):
    t.put("/v1/agent/service/deregister/absent")
    t.put("/v1/agent/service/deregister/")
    for body in GOOD_SERVICES:
        t.put(f"/v1/agent/service/deregister/{name_of(body)}")
    for one in ["h1", "h2", "h3"]:
        t.put(f"/v1/agent/service/deregister/{one}")
    t.get("/v1/agent/services")
    t.get("/v1/agent/checks")
    t.wait("/v1/catalog/node/like", without=b"hh3")
    t.wait("/v1/health/node/like", without=b"prefixed", unordered=True)
    t.put("/v1/agent/service/register", {"Name": "revived", "Port": 5, "Check": {"TTL": "1h"}})
    t.wait("/v1/catalog/service/revived", until=b"ServiceID")
    t.put("/v1/catalog/deregister", {"Node": "like", "ServiceID": "revived"})
    t.put("/v1/agent/service/deregister/revived")
    t.put("/v1/agent/reload")
    t.get("/v1/agent/services")


def cases(t):
    services(t)
    checks(t)
    health(t)
    removal(t)
