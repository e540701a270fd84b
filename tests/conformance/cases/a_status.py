"""The dispatcher: unknown paths, path cleaning, methods, query parsing, headers; then status and the agent's own data."""

ROUTES = {
    "GET": ["/v1/status/leader", "/v1/status/peers", "/v1/agent/self", "/v1/agent/members", "/v1/agent/checks",
            "/v1/agent/services", "/v1/agent/service/x", "/v1/agent/health/service/id/x", "/v1/agent/version",
            "/v1/agent/health/service/name/x", "/v1/catalog/datacenters", "/v1/catalog/nodes", "/v1/catalog/services",
            "/v1/catalog/service/x", "/v1/catalog/node/x", "/v1/catalog/node-services/x", "/v1/health/node/x",
            "/v1/health/checks/x", "/v1/health/state/any", "/v1/health/service/x", "/v1/session/info/x",
            "/v1/session/node/x", "/v1/session/list", "/v1/agent/metrics", "/v1/agent/host"],
    "PUT": ["/v1/agent/maintenance", "/v1/agent/check/register", "/v1/agent/check/deregister/x",
            "/v1/agent/check/pass/x", "/v1/agent/check/warn/x", "/v1/agent/check/fail/x", "/v1/agent/check/update/x",
            "/v1/agent/service/register", "/v1/agent/service/deregister/x", "/v1/agent/service/maintenance/x",
            "/v1/agent/reload", "/v1/agent/leave", "/v1/catalog/register", "/v1/catalog/deregister",
            "/v1/session/create", "/v1/session/destroy/x", "/v1/session/renew/x", "/v1/txn"],
}


def cases(t):
    for path in ["/", "/v1", "/v1/", "/v2/kv/x", "/v1/nope", "/v1/kvx", "/foo", "/v1/txn/", "/v1/agent",
                 "/v1/agent/self/", "/v1/agent/service", "/v1/catalog", "/v1/health/", "/v1/session", "/x/v1/y",
                 "/v1/status/leader/", "/v1/catalog/nodes/x", "/favicon.ico", "/metrics", "/v1/Status/leader"]:
        t.get(path)
    for path in ["/v1//status/leader", "/v1/./status/leader", "/v1/status/../status/leader", "//v1/status/leader",
                 "/v1/kv", "/v1/kv//a", "/v1/kv/a/../b", "/v1/kv/./a", "/v1/kv/..", "/v1/catalog/service",
                 "/v1/agent/check/pass", "/v1/session/info", "/v1/kv?recurse", "/v1/health//state/any?filter=x",
                 "/v1/kv/x/..", "/v1/kv/x/..?recurse", "/v1/catalog/x/..", "/v1/catalog/service/x/..", "/x/.."]:
        t.get(path, note="cleaned")
    t.put("/v1//kv/a", "x", note="cleaned")
    for path in ["/v1/kv/a%00b", "/v1/kv/a%0Ab", "/v1/kv/%7f", "/v1/kv/a%C3%A9", "/v1/kv/a%zz", "/v1/kv/%",
                 "/v1/kv/%e2%80%8b", "/v1/status/leader?%zz", "/v1/kv/a?raw=%gg", "/v1/kv/x?a=b;c=d"]:
        t.get(path, note="odd characters")
    for method, routes in ROUTES.items():
        wrong = {"GET": "DELETE", "PUT": "GET"}[method]
        for path in routes:
            t.request(wrong, path, note="wrong method")
            t.request("OPTIONS", path)
    for method in ["HEAD", "POST", "PATCH", "FROB", "get"]:
        t.request(method, "/v1/status/leader")
    for method in ["HEAD", "POST", "PATCH", "OPTIONS"]:
        t.request(method, "/v1/kv/somekey")
    t.request("DELETE", "/v1/session/list")
    t.request("PUT", "/v1/catalog/nodes", body=b"{}")

    t.get("/v1/status/leader")
    t.get("/v1/status/leader?pretty")
    t.get("/v1/status/peers")
    t.get("/v1/status/peers?pretty")
    t.get("/v1/status/leader?dc=dc1")
    t.get("/v1/status/leader?dc=nowhere")
    t.get("/v1/status/peers?dc=nowhere")
    for path in ["/v1/catalog/nodes", "/v1/kv/a", "/v1/health/state/any", "/v1/session/list"]:
        for query in ["dc=nowhere", "datacenter=nowhere&dc=dc1", "stale&consistent", "cached&consistent",
                      "index=abc", "index=-1", "wait=abc", "index=1&wait=10", "max_stale=abc", "ns=foo",
                      "partition=foo", "ns=", "index=99999999999999999999"]:
            t.get(f"{path}?{query}", loose=True)
    t.get("/v1/catalog/nodes?stale")
    t.get("/v1/catalog/nodes?consistent")
    t.get("/v1/catalog/nodes?leader")
    t.get("/v1/catalog/nodes?max_stale=10s")
    for name, value in [("X-Consul-Namespace", "foo"), ("X-Consul-Partition", "foo"), ("X-Consul-Token", "whatever"),
                        ("Authorization", "Bearer whatever"), ("Cache-Control", "max-age=abc"),
                        ("Cache-Control", "max-age=5"), ("Accept", "text/plain")]:
        t.get("/v1/kv/unset", headers=((name, value),), note=f"{name}: {value}", loose=True)
        t.get("/v1/catalog/service/consul?cached", headers=((name, value),), note=f"{name}: {value}", loose=True,
              ignore_headers=("X-Cache", "Age"))

    t.get("/v1/agent/self", ignore=("DebugConfig", "Stats", "Coord", "xDS", "BuildDate", "Revision"))
    t.get("/v1/agent/members", ignore=("build",))
    t.get("/v1/agent/members?wan=1", ignore=("build",))
    t.get("/v1/agent/members?segment=foo")
    t.get("/v1/agent/members?segment=_all", ignore=("build",))
    t.get("/v1/agent/members?wan=1&segment=x")
    t.get("/v1/agent/members?filter=Name==like", ignore=("build",))
    t.get("/v1/agent/members?filter=Nope==like")
    t.get("/v1/agent/version", shape=True)
    t.get("/v1/agent/metrics", shape=True, ignore=("Labels",))
    t.get("/v1/agent/metrics?format=prometheus", shape=True)
    t.get("/v1/catalog/datacenters")
    t.get("/v1/catalog/datacenters?cached", ignore_headers=("Age", "X-Cache"))
    t.put("/v1/agent/force-leave/nobody")
    t.get("/v1/acl/tokens")
    t.get("/v1/acl/policies")
    t.put("/v1/acl/bootstrap")
    t.put("/v1/acl/login", "{}")
    t.put("/v1/agent/token/default", {"Token": "x"})
    t.get("/v1/agent/monitor?loglevel=nope")

    raw = [
        ("garbage", b"garbage\r\n\r\n"),
        ("no version", b"GET /v1/status/leader\r\n\r\n"),
        ("version 1.0", b"GET /v1/status/leader HTTP/1.0\r\n\r\n"),
        ("version 3.0", b"GET /v1/status/leader HTTP/3.0\r\nHost: a\r\n\r\n"),
        ("no Host", b"GET /v1/status/leader HTTP/1.1\r\n\r\n"),
        ("two Hosts", b"GET /v1/status/leader HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        ("bad header", b"GET /v1/status/leader HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n"),
        ("space before colon", b"GET /v1/status/leader HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n"),
        ("bad length", b"PUT /v1/kv/raw HTTP/1.1\r\nHost: a\r\nContent-Length: abc\r\n\r\n"),
        ("negative length", b"PUT /v1/kv/raw HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n"),
        ("two lengths", b"PUT /v1/kv/raw HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
        ("chunked body", b"PUT /v1/kv/raw/chunked HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                         b"3\r\nabc\r\n0\r\n\r\n"),
        ("bad chunk", b"PUT /v1/kv/raw/chunked HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"),
        ("unknown transfer encoding", b"PUT /v1/kv/raw HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: frob\r\n\r\n"),
        ("absolute form", b"GET http://a/v1/status/peers HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("asterisk", b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("path without slash", b"GET v1/status/leader HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("space in path", b"GET /v1/kv/a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("expect 100", b"PUT /v1/kv/raw/expect HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi"),
        ("unknown expectation", b"PUT /v1/kv/raw/e HTTP/1.1\r\nHost: a\r\nExpect: x\r\nContent-Length: 2\r\n\r\nhi"),
        ("bare newlines", b"GET /v1/status/peers HTTP/1.1\nHost: a\n\n"),
        ("connection close", b"GET /v1/status/peers HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
        ("huge header", b"GET /v1/status/peers HTTP/1.1\r\nHost: a\r\nX: " + b"y" * (2 << 20) + b"\r\n\r\n"),
        ("control character in header", b"GET /v1/status/peers HTTP/1.1\r\nHost: a\r\nX: a\x01b\r\n\r\n"),
        ("fragment", b"GET /v1/status/peers#x HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("lower-case http", b"GET /v1/status/peers http/1.1\r\nHost: a\r\n\r\n"),
    ]
    for title, data in raw:
        t.raw(title, data)
