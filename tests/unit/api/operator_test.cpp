#include "endpoint_stage.hpp"

using namespace praetor;
using namespace praetor::api;

TEST_CASE("settings of autopilot that are left out get their defaults") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      {"PUT /v1/operator/autopilot/configuration", R"({"CleanupDeadServers": false, "MaxTrailingLogs": 5})", 200,
       "true"},
      {"GET /v1/operator/autopilot/configuration", "", 200,
       R"(...{"CleanupDeadServers":false,"LastContactThreshold":"200ms","MaxTrailingLogs":5,"MinQuorum":0,)"
       R"("ServerStabilizationTime":"10s")"},
      {"PUT /v1/operator/autopilot/configuration", "{}", 200, "true"},
      {"GET /v1/operator/autopilot/configuration", "", 200,
       R"(...{"CleanupDeadServers":true,"LastContactThreshold":"200ms","MaxTrailingLogs":250,"MinQuorum":0,)",
       "!X-Consul-Index"},
  });
}

TEST_CASE("settings of autopilot that make no sense are refused") {
  endpoint_stage s(endpoint_stage::access::open);
  const std::string parsing = "Error parsing autopilot config: ";
  s.play({
      {"PUT /v1/operator/autopilot/configuration", "", 400, parsing + "EOF"},
      {"PUT /v1/operator/autopilot/configuration", "x", 400, "...invalid character 'x' looking for beginning of value"},
      {"PUT /v1/operator/autopilot/configuration", R"({"Frob": 1})", 400, parsing + R"(json: unknown field "Frob")"},
      {"PUT /v1/operator/autopilot/configuration", R"({"MaxTrailingLogs": -1})", 400,
       "...cannot unmarshal number -1 into Go struct field"},
      {"PUT /v1/operator/autopilot/configuration", R"({"LastContactThreshold": "x"})", 400,
       parsing + R"(time: invalid duration "x")"},
      {"PUT /v1/operator/autopilot/configuration?cas=x", "{}", 400,
       R"(Error parsing cas value: strconv.ParseUint: parsing "x": invalid syntax)"},
      {"PUT /v1/operator/autopilot/configuration?cas=-1", "{}", 400, R"(...parsing "-1": invalid syntax)"},
      {"PUT /v1/operator/autopilot/configuration?cas=99999999999999999999", "{}", 400, "...value out of range"},
      {"PUT /v1/operator/autopilot/configuration?cas=1", "{}", 200, "false"},
      {"PUT /v1/operator/autopilot/configuration?dc=nowhere", "{}", 500, "No path to datacenter"},
      {"GET /v1/operator/autopilot/configuration?dc=nowhere", "", 500, "No path to datacenter", "!X-Consul-Index"},
      {"POST /v1/operator/autopilot/configuration", "", 405, "method POST not allowed", "Allow: OPTIONS,GET,PUT"},
  });
}

TEST_CASE("a peer to remove is named by one parameter, even by an empty one") {
  endpoint_stage s(endpoint_stage::access::open);
  const std::string either = "Must specify either ?id with the server's ID or ?address with IP:port of peer to remove",
                    one = "Must specify only one of ?id or ?address";
  s.play({
      {"DELETE /v1/operator/raft/peer", "", 400, either},
      {"DELETE /v1/operator/raft/peer?id=x&address=x", "", 400, one},
      {"DELETE /v1/operator/raft/peer?id=&address=", "", 400, one},
      {"DELETE /v1/operator/raft/peer?dc=nowhere&id=x", "", 500, "No path to datacenter"},
      {"GET /v1/operator/raft/peer", "", 405, "method GET not allowed", "Allow: OPTIONS,DELETE"},
      {"GET /v1/operator/raft/transfer-leader", "", 405, "method GET not allowed", "Allow: OPTIONS,POST"},
  });
}

TEST_CASE("parameters of the keyring are judged") {
  endpoint_stage s(endpoint_stage::access::open);
  const std::string range = "Invalid relay-factor: Relay factor must be in range: [0, 5]";
  s.play({
      {"GET /v1/operator/keyring?relay-factor=6", "", 400, range},
      {"GET /v1/operator/keyring?relay-factor=-1", "", 400, range},
      {"GET /v1/operator/keyring?relay-factor=x", "", 400,
       R"(Error parsing relay factor: strconv.Atoi: parsing "x": invalid syntax)"},
      {"GET /v1/operator/keyring?relay-factor=1.0", "", 400, "...invalid syntax"},
      {"GET /v1/operator/keyring?local-only=x", "", 400,
       R"(Error parsing local-only: strconv.ParseBool: parsing "x": invalid syntax)"},
      {"POST /v1/operator/keyring?local-only=true", R"({"Key": ""})", 400,
       "Invalid use of local-only: local-only can only be set for list requests"},
      {"POST /v1/operator/keyring", "", 400, "Request decode failed: EOF"},
      {"PUT /v1/operator/keyring", R"({"Key": 5})", 400, "...cannot unmarshal number into Go struct field"},
      {"DELETE /v1/operator/keyring", R"({"Frob": 5})", 400, R"(Request decode failed: json: unknown field "Frob")"},
  });
}

TEST_CASE("what is used is counted, and the mode of the read is told in the body") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      {"GET /v1/operator/usage", "", 200, R"(..."ConsistencyLevel":"leader")",
       "X-Consul-Effective-Consistency: leader"},
      {"GET /v1/operator/usage?stale", "", 200, R"(..."ConsistencyLevel":"stale")",
       "X-Consul-Effective-Consistency: stale"},
      {"GET /v1/operator/usage", "", 200, R"(..."ConsistencyLevel":"leader")"},
  });
}
