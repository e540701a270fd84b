#include "endpoint_stage.hpp"

using namespace praetor;
using namespace praetor::api;

namespace {

const expectation bare_node{"PUT /v1/catalog/register", R"({"Node": "n", "Address": "1.1.1.1"})", 200, "true"};

/// A transaction with a single operation, which fails.
expectation fails(const std::string& operation, const std::string& why) {
  return {"PUT /v1/txn", "[" + operation + "]", 409, R"(...{"Results":null,"Errors":[{"OpIndex":0,"What":")" + why};
}
expectation works(const std::string& operation, const std::string& part) {
  return {"PUT /v1/txn", "[" + operation + "]", 200, "..." + part};
}

} // namespace

TEST_CASE("a body that is no list of operations is refused") {
  endpoint_stage s(endpoint_stage::access::open);
  std::string many = "[{}";
  for (int i = 0; i < 128; ++i) many += ",{}";
  s.play({
      {"PUT /v1/txn", "", 400, "Failed to parse body: EOF"},
      {"PUT /v1/txn", "x", 400, "Failed to parse body: invalid character 'x' looking for beginning of value"},
      {"PUT /v1/txn", "{}", 400,
       "Failed to parse body: json: cannot unmarshal object into Go value of type api.TxnOps"},
      {"PUT /v1/txn", R"([{"Frob": {}}])", 400, R"(Failed to parse body: json: unknown field "Frob")"},
      {"PUT /v1/txn", R"([{"KV": {"Verb": 5}}])", 400,
       "...cannot unmarshal number into Go struct field KVTxnOp.KV.Verb"},
      {"PUT /v1/txn", R"([{"KV": {"Verb": "set", "Key": "a", "Value": "?"}}])", 400,
       "Failed to parse body: illegal base64 data at input byte 0"},
      {"PUT /v1/txn", R"([{"KV": {"Verb": "set", "Key": "a", "Flags": -1}}])", 400,
       "...cannot unmarshal number -1 into Go struct field KVTxnOp.KV.Flags of type uint64"},
      {"PUT /v1/txn", R"([{"KV": {"Verb": "set", "Key": "a", "Flags": 1e400}}])", 400,
       "...cannot unmarshal number 1e400"},
      {"PUT /v1/txn", many + "]", 413, "Transaction contains too many operations (129 > 128)"},
      {"PUT /v1/txn", "[]", 200, R"(...{"Results":[],"Errors":null,"Index":1)", "X-Consul-Knownleader: true"},
      {"PUT /v1/txn", "[{}]", 200, R"(...{"Results":[],"Errors":null)", "!X-Consul-Index"},
      {"PUT /v1/txn?dc=nowhere", "[]", 500, "No path to datacenter"},
      {"PUT /v1/txn?stale&consistent", "[]", 400, "Cannot specify ?stale with ?consistent, conflicting semantics."},
      {"GET /v1/txn", "", 405, "method GET not allowed", "Allow: OPTIONS,PUT"},
  });
}

TEST_CASE("each operation on keys says what keeps it from being done") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      {"PUT /v1/kv/a", "1", 200, "true"},
      fails(R"({"KV": {}})", "Must provide key"),
      fails(R"({"KV": {"Verb": "frob"}})", "Must provide key"),
      fails(R"({"KV": {"Verb": "frob", "Key": "a"}})", "unknown KV operation: frob"),
      fails(R"({"KV": {"Verb": "SET", "Key": "a"}})", "unknown KV operation: SET"),
      fails(R"({"KV": {"Verb": "get", "Key": "b"}})", R"(key \"b\" doesn't exist)"),
      fails(R"({"KV": {"Verb": "check-not-exists", "Key": "a"}})", R"(key \"a\" exists)"),
      fails(R"({"KV": {"Verb": "check-index", "Key": "a", "Index": 1}})", R"(failed index check for key \"a\")"),
      fails(R"({"KV": {"Verb": "check-index", "Key": "b"}})", R"(failed to check index, key \"b\" doesn't exist)"),
      fails(R"({"KV": {"Verb": "check-session", "Key": "b"}})", R"(failed to check session, key \"b\" doesn't exist)"),
      fails(R"({"KV": {"Verb": "cas", "Key": "a", "Index": 1}})", R"(failed to set key \"a\", index is stale)"),
      fails(R"({"KV": {"Verb": "delete-cas", "Key": "a"}})", R"(failed to delete key \"a\", index is stale)"),
      fails(R"({"KV": {"Verb": "lock", "Key": "a"}})", "missing session"),
      fails(R"({"KV": {"Verb": "lock", "Key": "a", "Session": "x"}})", R"(invalid session \"x\")"),
      works(R"({"KV": {"Verb": "get-or-empty", "Key": "b"}})", R"("Key":"b","Flags":0,"Value":null)"),
      works(R"({"KV": {"Verb": "check-session", "Key": "a"}})", R"("Key":"a")"),
      works(R"({"KV": {"Verb": "delete-cas", "Key": "b", "Index": 5}})", R"("Results":[])"),
      fails(R"({"KV": {"Verb": "get-tree", "Key": ""}})", "Must provide key"),
      works(R"({"KV": {"Verb": "set", "Key": "c"}}, {"KV": {"Verb": "get-tree", "Key": "c"}})", R"("Key":"c")"),
      works(R"({"KV": {"Verb": "delete-tree", "Key": ""}})", R"("Results":[])"),
      {"GET /v1/kv/?keys", "", 200, "[]"},
  });
}

TEST_CASE("all operations that fail are named, and none is done") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      {"PUT /v1/txn",
       R"([{"KV": {"Verb": "set", "Key": "a"}}, {"KV": {"Verb": "get", "Key": "b"}}, {"KV": {"Verb": "get", "Key": "c"}}])",
       409,
       R"({"Results":null,"Errors":[{"OpIndex":1,"What":"key \"b\" doesn't exist"},)"
       R"({"OpIndex":2,"What":"key \"c\" doesn't exist"}]})"},
      {"GET /v1/kv/a", "", 404, ""},
  });
}

TEST_CASE("a transaction writes no record that a registration would refuse") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      bare_node,
      fails(R"({"Node": {"Verb": "set", "Node": {"Address": "1.1.1.1"}}})", "Must provide node"),
      fails(R"({"Node": {"Verb": "set", "Node": {"Node": "m", "ID": "x", "Address": "1.1.1.1"}}})",
            "Bad node ID: uuid string is wrong length"),
      fails(R"({"Node": {"Verb": "delete", "Node": {"Node": "m", "ID": "x"}}})",
            "Bad node ID: uuid string is wrong length"),
      fails(R"({"Node": {"Verb": "frob", "Node": {}}})", "unknown node operation: frob"),
      fails(R"({"Node": {"Verb": "get", "Node": {"Node": "m"}}})", R"(node \"m\" doesn't exist)"),
      fails(R"({"Service": {"Verb": "set", "Node": "n", "Service": {"ID": "s"}}})",
            "Must provide service name (Service.Service) when service ID is provided"),
      fails(R"({"Service": {"Verb": "delete", "Node": "n", "Service": {"ID": "s"}}})",
            "Must provide service name (Service.Service) when service ID is provided"),
      fails(R"({"Service": {"Verb": "set", "Node": "n", "Service": {"Service": "s", "Address": "0.0.0.0"}}})",
            "Invalid service address"),
      fails(R"({"Service": {"Verb": "set", "Node": "n", "Service": {"Service": "s", "Kind": "mesh-gateway"}}})",
            R"(1 error occurred:\n\t* Port must be non-zero for a mesh-gateway\n\n)"),
      fails(R"({"Service": {"Verb": "set", "Node": "n", "Service": {"Service": "s", "Kind": "connect-proxy"}}})",
            R"(2 errors occurred:\n\t* Port or SocketPath must be set for a connect-proxy\n\t* Proxy.Dest)"),
      fails(R"({"Service": {"Verb": "set", "Node": "m", "Service": {"Service": "s"}}})", ""),
      fails(R"({"Service": {"Verb": "frob", "Node": "n", "Service": {"ID": "s"}}})", "unknown service operation: frob"),
      fails(R"({"Check": {"Verb": "set", "Check": {"Node": "n"}}})",
            "failed health check lookup: index error: object is missing a value for this index"),
      fails(R"({"Check": {"Verb": "frob", "Check": {"Node": "n"}}})", "unknown check operation: frob"),
      works(R"({"Check": {"Verb": "set", "Check": {"Node": "n", "Name": "named"}}})",
            R"("CheckID":"named","Name":"named","Status":"critical")"),
  });
}

TEST_CASE("reads that a token may not do are refused one by one or left out") {
  endpoint_stage s;
  s.write_anonymous_token();
  const std::string reads_a = R"(key "a" { policy = "read" })",
                    tree = R"([{"KV": {"Verb": "get-tree", "Key": ""}}, {"KV": {"Verb": "get", "Key": "a"}}])";
  s.play({
      {"PUT /v1/kv/a", "1", 200, "true", "", "*"},
      {"PUT /v1/kv/b", "1", 200, "true", "", "*"},
      {"PUT /v1/txn", R"([{"KV": {"Verb": "check-session", "Key": "b"}}])", 409,
       R"(...lacks permission 'key:read' on \"b\""}],"Index":0,"LastContact":0,"KnownLeader":false)",
       "X-Consul-Knownleader: false", reads_a},
      {"PUT /v1/txn", R"([{"KV": {"Verb": "set", "Key": "a"}}])", 409,
       R"(...lacks permission 'key:write' on \"a\""}]})", "!X-Consul-Knownleader", reads_a},
      {"PUT /v1/txn", R"([{"KV": {"Verb": "get", "Key": "a"}}, {"KV": {"Verb": "get", "Key": "b"}}])", 200,
       R"(..."ResultsFilteredByACLs":true)", "X-Consul-Knownleader: true", reads_a},
      {"PUT /v1/txn", R"([{"KV": {"Verb": "get", "Key": "a"}}])", 200, R"(..."ResultsFilteredByACLs":false)", "",
       reads_a},
      {"PUT /v1/txn", R"([{"KV": {"Verb": "get", "Key": "a"}}])", 200, R"(...{"Results":[],)"},
      {"PUT /v1/txn", R"([{"KV": {"Verb": "get", "Key": "a"}}])", 200, R"(..."ResultsFilteredByACLs":false)"},
      {"PUT /v1/txn", tree, 409, R"(...{"OpIndex":0,"What":"Must provide key"})", "", reads_a},
  });
}
