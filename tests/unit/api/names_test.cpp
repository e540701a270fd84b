#include "endpoint_stage.hpp"

using namespace praetor;
using namespace praetor::api;

TEST_CASE("control characters in names and ids are refused, and the answer names the field") {
  struct row {
    std::string method, path, body, field;
  };
  endpoint_stage s(endpoint_stage::access::open);
  for (const auto& [method, path, body, field] : std::vector<row>{
           {"PUT", "/v1/catalog/register", R"({"Node": "a\u0000b", "Address": "1.1.1.1"})", "Node"},
           {"PUT", "/v1/catalog/register", R"({"Node": "a", "Address": "1.1.1.1", "Service": {"Service": "w\n"}})",
            "Service"},
           {"PUT", "/v1/catalog/register",
            R"({"Node": "a", "Address": "1.1.1.1", "Service": {"ID": "\u001f", "Service": "w"}})", "ServiceID"},
           {"PUT", "/v1/catalog/register", R"({"Node": "a", "Address": "1.1.1.1", "Check": {"CheckID": "c\u007f"}})",
            "CheckID"},
           {"PUT", "/v1/catalog/register",
            R"({"Node": "a", "Address": "1.1.1.1", "Check": {"CheckID": "c", "ServiceName": "\u0000"}})",
            "ServiceName"},
           {"PUT", "/v1/catalog/register",
            R"({"Node": "a", "Address": "1.1.1.1", "Check": {"CheckID": "c", "Status": "passing\u0000"}})", "Status"},
           {"PUT", "/v1/txn", R"([{"Node": {"Verb": "set", "Node": {"Node": "a\u0000", "Address": "1.1.1.1"}}}])",
            "Node"},
           {"PUT", "/v1/txn", R"([{"Service": {"Verb": "set", "Node": "a\t", "Service": {"Service": "w"}}}])", "Node"},
           {"PUT", "/v1/txn",
            R"([{"Check": {"Verb": "cas", "Check": {"Node": "a", "CheckID": "c\u0001", "Name": "c"}}}])", "CheckID"},
           {"PUT", "/v1/agent/service/register", R"({"Name": "w\u0000"})", "Name"},
           {"PUT", "/v1/agent/service/register", R"({"ID": "w\u0000", "Name": "w"})", "ID"},
           {"PUT", "/v1/agent/service/register", R"({"Name": "w", "Check": {"CheckID": "\u0000", "TTL": "1s"}})",
            "CheckID"},
           {"PUT", "/v1/agent/check/register", R"({"Name": "c\u0000", "TTL": "1s"})", "Name"},
           {"PUT", "/v1/session/create", R"({"Node": "here\u0000"})", "Node"},
           {"PUT", "/v1/session/create", R"({"Name": "lock\u0000"})", "Name"},
           {"PUT", "/v1/session/create", R"({"NodeChecks": ["c\u0000"]})", "Checks"},
           {"PUT", "/v1/coordinate/update", R"({"Node": "a\u0000", "Coord": {"Vec": [0,0,0,0,0,0,0,0]}})", "Node"},
           {"PUT", std::string("/v1/event/fire/a\0b", 18), "", "event name"},
       }) {
    INFO(path << " " << body);
    auto a = s.send(method, path, {}, body);
    CHECK(a->status == 400);
    CHECK(a->has("Invalid " + field + " "));
    CHECK(a->has("control characters are not allowed"));
    CHECK(s.proposed.empty());
  }
}

TEST_CASE("spaces, slashes and Unicode stay allowed in names") {
  endpoint_stage s(endpoint_stage::access::open);
  auto a = s.put("/v1/catalog/register", R"({"Node": "my node/1", "Address": "1.1.1.1",
      "Service": {"ID": "a b/c", "Service": "Größe: 漢字"}, "Check": {"CheckID": "service:a b/c", "ServiceID": "a b/c"}})");
  INFO(a.body);
  CHECK(a.status == 200);
}

TEST_CASE("a key of the key-value store may hold any byte by a transaction, as with Consul") {
  endpoint_stage s(endpoint_stage::access::open);
  CHECK(s.put("/v1/txn", R"([{"KV": {"Verb": "set", "Key": "a\u0000b", "Value": "eA=="}}])").status == 200);
  CHECK(s.get(std::string("/v1/kv/a\0b?raw", 14)).body == "x");
  CHECK(s.get("/v1/kv/a?raw").status == 404);
}
