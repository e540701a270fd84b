"""Transactions."""


def kv(verb, key, **more):
    return {"KV": dict(Verb=verb, Key=key, **more)}


def cases(t):
    for body in ["", "null", "{}", "[]", "[{}]", "garbage", "[{]", '["x"]', [{"Frob": {}}], [{"KV": {"Frob": 1}}],
                 [{"KV": {"Verb": "set", "Key": "t", "Value": "not base64!"}}], [{"KV": None}],
                 [{"KV": {"Verb": "set", "Key": "t", "Flags": "x"}}], [{"KV": {"Verb": "", "Key": "t"}}],
                 [{"KV": {"Verb": "frob", "Key": "t"}}], [{"KV": {"Verb": "set", "Key": ""}}],
                 [{"kv": {"verb": "set", "key": "t/lower", "value": "eA=="}}], [{"Node": {"Verb": "frob"}}],
                 [{"Node": {"Verb": "frob", "Node": {"Node": "x"}}}], [{"Service": {"Verb": "get"}}],
                 [{"Check": {"Verb": "get"}}], [{"KV": {"Verb": "set", "Key": "t"}, "Node": {}}]]:
        t.put("/v1/txn", body)
    t.put("/v1/txn", [kv("set", "t/a", Value="YQ=="), kv("set", "t/b", Value="Yg==", Flags=7), kv("get", "t/a")])
    t.put("/v1/txn", [kv("get", "t/a"), kv("get", "t/b")])
    t.put("/v1/txn", [kv("get-tree", "t/")])
    t.put("/v1/txn", [kv("get-tree", "nothing/")])
    t.put("/v1/txn", [kv("get", "t/absent")])
    t.put("/v1/txn", [kv("get-or-empty", "t/absent")])
    t.put("/v1/txn", [kv("get-or-empty", "t/a")])
    t.put("/v1/txn", [kv("check-not-exists", "t/absent")])
    t.put("/v1/txn", [kv("check-not-exists", "t/a")])
    t.put("/v1/txn", [kv("set", "t/c", Value="Yw=="), kv("get", "t/absent"), kv("check-not-exists", "t/a")])
    t.get("/v1/kv/t/c")
    t.get("/v1/kv/t/a", save={"m": (0, "ModifyIndex")})
    for verb in ["cas", "delete-cas", "check-index"]:
        for index in ["0", "1", "{{m}}"]:
            t.put("/v1/txn", '[{"KV":{"Verb":"%s","Key":"t/a","Value":"bmV3","Index":%s}}]' % (verb, index))
            t.get("/v1/kv/t/a", save={"m": (0, "ModifyIndex")})
    t.put("/v1/txn", [kv("cas", "t/new", Value="eA==", Index=0)])
    t.put("/v1/txn", [kv("check-index", "t/absent", Index=5)])
    t.put("/v1/txn", [kv("delete-cas", "t/absent", Index=5)])
    t.put("/v1/session/create", {"LockDelay": "0s"}, save={"s": ("ID",)})
    t.put("/v1/txn", [kv("lock", "t/lock", Value="eA==", Session="{{s}}")])
    t.put("/v1/txn", [kv("lock", "t/lock", Value="eA==", Session="{{s}}")])
    t.put("/v1/txn", [kv("lock", "t/lock", Value="eA==", Session="11111111-2222-3333-4444-555555555555")])
    t.put("/v1/txn", [kv("lock", "t/lock", Value="eA==")])
    t.put("/v1/txn", [kv("check-session", "t/lock", Session="{{s}}")])
    t.put("/v1/txn", [kv("check-session", "t/lock", Session="other")])
    t.put("/v1/txn", [kv("check-session", "t/absent", Session="{{s}}")])
    t.put("/v1/txn", [kv("unlock", "t/lock", Value="eQ==", Session="other")])
    t.put("/v1/txn", [kv("unlock", "t/lock", Value="eQ==", Session="{{s}}")])
    t.put("/v1/txn", [kv("unlock", "t/lock", Value="eQ==", Session="{{s}}")])
    t.put("/v1/txn", [kv("delete", "t/b"), kv("delete", "t/never")])
    t.put("/v1/txn", [kv("delete-tree", "t/")])
    t.get("/v1/kv/t/?recurse")
    t.put("/v1/session/destroy/{{s}}")
    t.put("/v1/txn", [kv("get", f"n/{i}") for i in range(129)])
    t.put("/v1/txn", [kv("set", f"n/{i}", Value="eA==") for i in range(128)])
    t.put("/v1/txn", [kv("set", f"n/{i}", Value="eA==") for i in range(129)])
    t.put("/v1/txn", b'[{"KV":{"Verb":"set","Key":"big","Value":"' + b"A" * 600000 + b'"}}]', note="too large")
    t.put("/v1/txn?stale", [kv("get", "n/1")])
    t.put("/v1/txn?consistent", [kv("get", "n/1")])
    t.put("/v1/txn?dc=nowhere", [kv("get", "n/1")])

    node = {"Node": "tx-node", "Address": "10.8.0.1", "Meta": {"a": "b"}}
    service = {"ID": "tx-1", "Service": "tx", "Port": 80, "Tags": ["x"]}
    check = {"Node": "tx-node", "CheckID": "tx:c", "Name": "tx check", "Status": "passing", "ServiceID": "tx-1"}
    t.put("/v1/txn", [{"Service": {"Verb": "set", "Node": "tx-node", "Service": service}}], note="no node yet")
    t.put("/v1/txn", [{"Check": {"Verb": "set", "Check": check}}], note="no node yet")
    t.put("/v1/txn", [{"Node": {"Verb": "set", "Node": node}},
                      {"Service": {"Verb": "set", "Node": "tx-node", "Service": service}},
                      {"Check": {"Verb": "set", "Check": check}}])
    t.put("/v1/txn", [{"Node": {"Verb": "get", "Node": {"Node": "tx-node"}}},
                      {"Service": {"Verb": "get", "Node": "tx-node", "Service": {"ID": "tx-1"}}},
                      {"Check": {"Verb": "get", "Check": {"Node": "tx-node", "CheckID": "tx:c"}}}],
          save={"ni": ("Results", 0, "Node", "ModifyIndex")})
    t.get("/v1/health/service/tx")
    known = "7d1f0c52-3a64-4b1e-9d35-2f6f7a9be0c1"
    t.put("/v1/txn", [{"Node": {"Verb": "set", "Node": {"Node": "tx-id", "ID": known, "Address": "10.8.0.9"}}}])
    for part in [known, "7d1f", "7D1F0C52-", "7d1f0c523a64", "7d1", "7d1f0c53", "zz", "-----", known + "00", known[:-1]]:
        t.put("/v1/txn", [{"Node": {"Verb": "get", "Node": {"Node": "other", "ID": part}}}], note="by id")
    t.put("/v1/txn", [{"Node": {"Verb": "delete", "Node": {"Node": "tx-id"}}}])
    t.put("/v1/txn", [{"Node": {"Verb": "get", "Node": {"Node": "nobody"}}},
                      {"Service": {"Verb": "get", "Node": "tx-node", "Service": {"ID": "absent"}}},
                      {"Check": {"Verb": "get", "Check": {"Node": "tx-node", "CheckID": "absent"}}}])
    for kind, body in [("Node", '"Node":{"Node":"tx-node","Address":"10.8.0.2","ModifyIndex":%s}'),
                       ("Service", '"Node":"tx-node","Service":{"ID":"tx-1","Service":"tx","Port":81,"ModifyIndex":%s}'),
                       ("Check", '"Check":{"Node":"tx-node","CheckID":"tx:c","Name":"n","Status":"warning",'
                                 '"ModifyIndex":%s}')]:
        for verb in ["cas", "delete-cas"]:
            t.put("/v1/txn", '[{"%s":{"Verb":"%s",%s}}]' % (kind, verb, body % "1"))
    t.put("/v1/txn", '[{"Node":{"Verb":"cas","Node":{"Node":"tx-node","Address":"10.8.0.3","ModifyIndex":{{ni}}}}}]')
    t.put("/v1/txn", [{"Check": {"Verb": "delete", "Check": {"Node": "tx-node", "CheckID": "tx:c"}}},
                      {"Service": {"Verb": "delete", "Node": "tx-node", "Service": {"ID": "tx-1"}}},
                      {"Node": {"Verb": "delete", "Node": {"Node": "tx-node"}}}])
    t.get("/v1/catalog/node/tx-node")
    t.put("/v1/txn", [{"Node": {"Verb": "delete", "Node": {"Node": "nobody"}}}])
    t.put("/v1/txn", [kv("set", "mixed", Value="eA=="), {"Node": {"Verb": "get", "Node": {"Node": "nobody"}}}])
    t.delete("/v1/kv/n/?recurse")
