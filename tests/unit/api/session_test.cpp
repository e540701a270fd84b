#include "endpoint_stage.hpp"

using namespace praetor;
using namespace praetor::api;

namespace {

const std::string nobody = "99999999-9999-9999-9999-999999999999";
const expectation node_n{"PUT /v1/catalog/register",
                         R"({"Node": "sn", "Address": "1.1.1.1", "Checks": [{"Name": "up", "Status": "passing"},
                                                                            {"Name": "bad", "Status": "critical"}]})",
                         200, "true"};

/// A session that is rejected.
expectation fails(const std::string& members, unsigned status, const std::string& why) {
  return {"PUT /v1/session/create", R"({"Node": "sn", )" + members + "}", status, why};
}

} // namespace

TEST_CASE("a session that can't be is refused with what is wrong") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      node_n,
      {"PUT /v1/session/create", "x", 400,
       "Request decode failed: invalid character 'x' looking for beginning of value"},
      {"PUT /v1/session/create", R"({"Node": "none", "Checks": []})", 500, "apply failed: Missing node registration"},
      fails(R"("Name": 5)", 400, "...json: cannot unmarshal number into Go struct field"),
      fails(R"("Checks": "up")", 400, "...json: cannot unmarshal string into Go struct field"),
      fails(R"("Checks": [], "TTL": "9s")", 500, "Invalid Session TTL '9000000000', must be between [10s=24h0m0s]"),
      fails(R"("Checks": [], "TTL": "25h")", 500,
            "Invalid Session TTL '90000000000000', must be between [10s=24h0m0s]"),
      fails(R"("Checks": [], "TTL": "-10s")", 500, "Invalid Session TTL '-10000000000', must be between [10s=24h0m0s]"),
      fails(R"("Checks": [], "TTL": "x")", 500, R"(Session TTL 'x' invalid: time: invalid duration "x")"),
      fails(R"("Checks": [], "TTL": "NaN")", 500, R"(Session TTL 'NaN' invalid: time: invalid duration "NaN")"),
      fails(R"("Checks": [], "Behavior": "frob")", 500, "Invalid Behavior setting 'frob'"),
      fails(R"("Checks": [], "LockDelay": "x")", 400, R"(Request decode failed: time: invalid duration "x")"),
      fails(R"("Checks": ["none"])", 500, "apply failed: Missing check 'none' registration"),
      fails(R"("NodeChecks": ["bad"])", 500, "apply failed: Check 'bad' is in critical state"),
      fails(R"("NodeChecks": ["up"], "ServiceChecks": [{"ID": "none"}])", 500,
            "apply failed: Missing check 'none' registration"),
      {"PUT /v1/session/create?dc=nowhere", R"({"Node": "sn"})", 500, "No path to datacenter"},
      {"PUT /v1/session/create?ns=x", "{}", 400, "...\"ns\" - Namespaces are a Consul Enterprise feature"},
      {"POST /v1/session/create", "", 405, "method POST not allowed", "Allow: OPTIONS,PUT"},
      {"GET /v1/session/node/sn", "", 200, "[]"},
  });
}

TEST_CASE("an id that is missing or unknown is told apart") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      {"PUT /v1/session/destroy/", "", 400, "Missing session"},
      {"PUT /v1/session/destroy/" + nobody, "", 200, "true"},
      {"PUT /v1/session/destroy/x", "", 200, "..."},
      {"PUT /v1/session/renew/", "", 400, "Missing session"},
      {"GET /v1/session/info/", "", 400, "Missing session"},
      {"GET /v1/session/info/" + nobody, "", 200, "[]", "X-Consul-Knownleader: true"},
      {"GET /v1/session/node/", "", 400, "Missing node name"},
      {"GET /v1/session/node/none", "", 200, "[]", "!X-Consul-Effective-Consistency"},
      {"GET /v1/session/list?dc=nowhere", "", 500, "No path to datacenter", "X-Consul-Index: 1"},
      {"GET /v1/session/list?wait=x", "", 400, "Invalid wait time", "!X-Consul-Index"},
      {"DELETE /v1/session/list", "", 405, "method DELETE not allowed", "Allow: OPTIONS,GET"},
  });
}

TEST_CASE("a session is made, holds a lock, and lets it go when it ends") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({node_n});
  auto made =
      s.put("/v1/session/create", R"({"Node": "sn", "Name": "l", "NodeChecks": ["up"], "LockDelay": 5, "TTL": "10s"})");
  CHECK(made.status == 200);
  auto id = made.body.substr(made.body.find(':') + 2, 36);
  s.play({
      {"GET /v1/session/info/" + id, "", 200, R"(..."LockDelay":5000000000,"Behavior":"release","TTL":"10s")"},
      {"PUT /v1/kv/lock?acquire=" + id, "1", 200, "true"},
      {"GET /v1/kv/lock", "", 200, R"(..."LockIndex":1)"},
      {"PUT /v1/kv/lock?acquire=" + id, "2", 200, "true"},
      {"GET /v1/kv/lock", "", 200, R"(..."LockIndex":1)"},
      {"PUT /v1/kv/lock?acquire=" + nobody, "2", 500, R"(raft apply failed: invalid session ")" + nobody + "\""},
      {"PUT /v1/kv/lock?release=" + nobody, "3", 200, "false"},
      {"PUT /v1/session/destroy/" + id, "", 200, "true"},
      {"GET /v1/kv/lock?raw", "", 200, "2"},
      {"GET /v1/session/list", "", 200, "[]"},
  });
  CHECK_FALSE(s.get("/v1/kv/lock").has("Session"));
}

TEST_CASE("sessions are written and seen by the permission of their node") {
  endpoint_stage s;
  s.write_anonymous_token();
  const std::string reads = R"(session "sn" { policy = "read" })", writes = R"(session "sn" { policy = "write" })";
  auto node = node_n;
  node.rules = "*";
  s.play({
      node,
      {"PUT /v1/session/create", R"({"Node": "sn", "Checks": []})", 403,
       "...lacks permission 'session:write' on \"sn\""},
      {"PUT /v1/session/create", R"({"Node": "sn", "Checks": []})", 403, "...'session:write' on \"sn\"", "", reads},
      {"PUT /v1/session/create", R"({"Node": "sn", "Checks": []})", 200, R"(...{"ID":")", "", writes},
      {"GET /v1/session/node/sn", "", 200, "[]"},
      {"GET /v1/session/node/sn", "", 200, R"(..."Node":"sn")", "!X-Consul-Results-Filtered-By-Acls", reads},
      {"GET /v1/session/list", "", 200, "[]", "X-Consul-Results-Filtered-By-Acls: true",
       R"(session "other" { policy = "read" })"},
  });
}
