"""Sessions, and KV locks."""

UNKNOWN = "11111111-2222-3333-4444-555555555555"


def cases(t):
    t.get("/v1/session/list", unordered=True)
    t.put("/v1/session/create", save={"s1": ("ID",)})
    t.get("/v1/session/info/{{s1}}")
    t.get("/v1/session/list", unordered=True)
    t.get("/v1/session/node/like", unordered=True)
    t.get("/v1/session/node/nobody", unordered=True)
    t.get("/v1/session/node/")
    t.get("/v1/session/info/")
    t.get("/v1/session/info/nonsense")
    t.get(f"/v1/session/info/{UNKNOWN}")
    t.put("/v1/session/renew/{{s1}}")
    t.put("/v1/session/renew/")
    t.put("/v1/session/renew/nonsense")
    t.put(f"/v1/session/renew/{UNKNOWN}")
    t.put("/v1/session/destroy/")
    t.put("/v1/session/destroy/nonsense")
    t.put(f"/v1/session/destroy/{UNKNOWN}")
    bodies = [
        "", "{}", "null", "[]", "garbage", "{", '"x"', "1", {"Name": "n"}, {"name": "lower"}, {"Frob": 1},
        {"TTL": "10s"}, {"TTL": "9s"}, {"TTL": "24h"}, {"TTL": "25h"}, {"TTL": "abc"}, {"TTL": 15}, {"TTL": ""},
        {"LockDelay": "20s"}, {"LockDelay": 5}, {"LockDelay": 5000000000}, {"LockDelay": "abc"}, {"LockDelay": "0s"},
        {"LockDelay": "90s"}, {"LockDelay": True}, {"Behavior": "delete"}, {"Behavior": "release"},
        {"Behavior": "frob"}, {"Node": "like"}, {"Node": "nobody"}, {"Checks": []}, {"NodeChecks": []},
        {"Checks": ["serfHealth"]}, {"Checks": ["absent"]}, {"NodeChecks": ["absent"]},
        {"ServiceChecks": [{"ID": "absent"}]}, {"ServiceChecks": [{"ID": "service:from-file"}]},
        {"Checks": "serfHealth"}, {"Name": 5}, {"ID": UNKNOWN}, {"Node": "like", "Name": "all", "TTL": "1m30s",
                                                                  "LockDelay": "1ms", "Behavior": "delete"},
    ]
    for i, body in enumerate(bodies):
        t.put("/v1/session/create", body, save={f"b{i}": ("ID",)})
        t.get(f"/v1/session/info/{{{{b{i}}}}}")
    t.put("/v1/session/create?dc=nowhere", "{}")
    t.get("/v1/session/list?dc=nowhere", unordered=True)
    for i in range(len(bodies)):
        t.put(f"/v1/session/destroy/{{{{b{i}}}}}")
    t.get("/v1/session/list", unordered=True)

    # locks
    t.put("/v1/session/create", {"Name": "l1", "LockDelay": "0s"}, save={"l1": ("ID",)})
    t.put("/v1/session/create", {"Name": "l2", "LockDelay": "0s", "Behavior": "delete"}, save={"l2": ("ID",)})
    t.put("/v1/kv/lock?acquire={{l1}}", "first")
    t.get("/v1/kv/lock")
    t.put("/v1/kv/lock?acquire={{l1}}", "again")
    t.get("/v1/kv/lock")
    t.put("/v1/kv/lock?acquire={{l2}}", "other")
    t.put("/v1/kv/lock?release={{l2}}", "other")
    t.put("/v1/kv/lock", "plain write on a lock")
    t.get("/v1/kv/lock")
    t.put("/v1/kv/lock?release={{l1}}", "released")
    t.get("/v1/kv/lock")
    t.put("/v1/kv/lock?release={{l1}}", "released twice")
    t.put("/v1/kv/lock?acquire={{l2}}&flags=9", "second")
    t.get("/v1/kv/lock")
    t.put("/v1/kv/lock?acquire=nonsense", "x")
    t.put(f"/v1/kv/lock?acquire={UNKNOWN}", "x")
    t.put("/v1/kv/lock?acquire=", "x")
    t.put("/v1/kv/lock?release=nonsense", "x")
    t.put("/v1/kv/absent-lock?release={{l1}}", "x")
    t.put("/v1/kv/held1?acquire={{l1}}", "x")
    t.get("/v1/kv/held1", save={"i": "X-Consul-Index"})
    t.block("/v1/kv/held1?index={{i}}&wait=3s", write=("PUT", "/v1/session/destroy/{{l1}}", ""))
    t.get("/v1/kv/held1")
    t.put("/v1/session/destroy/{{l2}}")
    t.get("/v1/kv/lock")
    t.put("/v1/session/create", {"Name": "delayed", "LockDelay": "30s"}, save={"d1": ("ID",)})
    t.put("/v1/session/create", {"Name": "waits", "LockDelay": "0s"}, save={"d2": ("ID",)})
    t.put("/v1/kv/delayed?acquire={{d1}}", "x")
    t.put("/v1/session/destroy/{{d1}}")
    t.put("/v1/kv/delayed?acquire={{d2}}", "x")
    t.get("/v1/kv/delayed")
    t.delete("/v1/kv/delayed")
    t.put("/v1/kv/gone?acquire={{d2}}", "x")
    t.delete("/v1/kv/gone")
    t.get("/v1/session/info/{{d2}}")

    # invalidation by a check
    t.put("/v1/catalog/register", {"Node": "sess", "Address": "10.9.9.9", "Check": {
        "CheckID": "c", "Name": "c", "Status": "passing"}})
    t.put("/v1/session/create", {"Node": "sess", "Checks": ["c"]}, save={"cs": ("ID",)})
    t.get("/v1/session/node/sess", unordered=True)
    t.put("/v1/kv/by-check?acquire={{cs}}", "x")
    t.put("/v1/catalog/register", {"Node": "sess", "Address": "10.9.9.9", "Check": {
        "CheckID": "c", "Name": "c", "Status": "critical"}})
    t.get("/v1/session/info/{{cs}}")
    t.get("/v1/kv/by-check")
    t.put("/v1/session/create", {"Node": "sess", "Checks": ["c"]}, note="critical check")
    t.put("/v1/session/create", {"Node": "sess", "Checks": []}, save={"cn": ("ID",)})
    t.put("/v1/catalog/deregister", {"Node": "sess"})
    t.get("/v1/session/info/{{cn}}")
    t.get("/v1/session/list", unordered=True, save={"i": "X-Consul-Index"})
    t.block("/v1/session/list?index={{i}}&wait=3s", unordered=True, write=("PUT", "/v1/session/destroy/{{s1}}", ""))
    t.get("/v1/session/list", unordered=True, save={"i": "X-Consul-Index"})
    t.block("/v1/session/info/{{d2}}?index={{i}}&wait=1s", write=("PUT", "/v1/kv/unrelated2", "z"))
    t.put("/v1/session/destroy/{{d2}}")
    t.get("/v1/session/list", unordered=True)
