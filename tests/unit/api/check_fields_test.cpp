#include "endpoint_stage.hpp"

using namespace praetor;
using namespace praetor::api;

TEST_CASE("checks inside services and checks by themselves have different fields") {
  struct row {
    std::string path, body, unknown; ///< `unknown`: empty if the body is accepted
  };
  endpoint_stage s(endpoint_stage::access::open);
  std::size_t taken = 0;
  for (
      const auto& r : std::vector<row>{
          {"/v1/agent/check/register", R"({"Name": "c", "TTL": "1m", "ProxyHTTP": "http://:1/"})", "ProxyHTTP"},
          {"/v1/agent/check/register", R"({"Name": "c", "TTL": "1m", "ProxyGRPC": ":1"})", "ProxyGRPC"},
          {"/v1/agent/check/register", R"({"Name": "c", "TTL": "1m", "CheckID": "c"})", "CheckID"},
          {"/v1/agent/check/register", R"({"ID": "c", "Name": "c", "TTL": "1m", "Token": "t"})", ""},
          {"/v1/agent/service/register", R"({"Name": "w", "Check": {"TTL": "1m", "ID": "c"}})", "ID"},
          {"/v1/agent/service/register", R"({"Name": "w", "Checks": [{"TTL": "1m", "Token": "t"}]})", "Token"},
          {"/v1/agent/service/register",
           R"({"Name": "w", "Check": {"CheckID": "c", "HTTP": "http://:2/", "Interval": "1m", "ProxyHTTP": "http://:1/"}})",
           ""},
      }) {
    INFO(r.path << " " << r.body);
    auto a = s.put(r.path, r.body);
    if (r.unknown.empty()) ++taken; // a service is answered once it is in the catalog
    CHECK(s.services.size() + s.checks.size() == taken);
    if (r.unknown.empty()) continue;
    CHECK(a.status == 400);
    CHECK(a.has("Request decode failed: json: unknown field \"" + r.unknown + "\""));
  }
}

TEST_CASE("maintenance is registered with the token of its request") {
  endpoint_stage s(endpoint_stage::access::open);
  s.put("/v1/agent/maintenance?enable=true", "", "of-the-operator");
  CHECK(s.changes == std::vector<std::string>{"maintain  with of-the-operator"});
}
