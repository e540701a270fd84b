#include "endpoint_stage.hpp"

using namespace praetor;
using namespace praetor::api;

TEST_CASE("an event that can't be sent is refused") {
  endpoint_stage s;
  s.write_anonymous_token();
  const std::string deploys = R"(event "deploy" { policy = "write" })";
  s.play({
      {"PUT /v1/event/fire/", "", 400, "Missing name"},
      {"PUT /v1/event/fire/deploy", "", 403, "Permission denied"},
      {"PUT /v1/event/fire/other", "", 403, "Permission denied", "", deploys},
      {"PUT /v1/event/fire/deploy?tag=a", "", 500, "Cannot provide tag filter without service filter", "", deploys},
      {"PUT /v1/event/fire/deploy?node=[", "", 500, "...Invalid node filter: error parsing regexp: ", "", deploys},
      {"PUT /v1/event/fire/deploy?service=[", "", 500, "...Invalid service filter: error parsing regexp: ", "",
       deploys},
      {"PUT /v1/event/fire/deploy?service=a&tag=[", "", 500, "...Invalid tag filter: error parsing regexp: ", "",
       deploys},
      {"GET /v1/event/fire/deploy", "", 405, "method GET not allowed", "Allow: OPTIONS,PUT"},
      {"GET /v1/event/list", "", 200, "[]", "", deploys},
      {"GET /v1/event/list?dc=nowhere", "", 200, "[]", "", deploys},
      {"GET /v1/event/list?index=x", "", 400, "Invalid index", "", deploys},
      {"POST /v1/event/list", "", 405, "method POST not allowed", "Allow: OPTIONS,GET"},
  });
}

TEST_CASE("what the leader and its peers are is public, the archive of the state is not") {
  endpoint_stage s;
  s.write_anonymous_token();
  s.play({
      {"GET /v1/status/leader?dc=nowhere", "", 500, "No path to datacenter", "!X-Consul-Index"},
      {"GET /v1/status/peers?dc=nowhere", "", 500, "No path to datacenter"},
      {"GET /v1/status/leader?ns=x", "", 200, "..."},
      {"PUT /v1/status/leader", "", 405, "method PUT not allowed", "Allow: OPTIONS,GET"},
      {"HEAD /v1/status/leader", "", 405, "...", "Allow: OPTIONS,GET"},
      {"GET /v1/snapshot", "", 403, "...lacks permission 'acl:write'", "", R"(acl = "read")"},
      {"PUT /v1/snapshot", "x", 403, "...lacks permission 'acl:write'", "", R"(acl = "read")"},
      {"DELETE /v1/snapshot", "", 405, "method DELETE not allowed", "Allow: OPTIONS,GET,PUT"},
      {"GET /v1/agent/metrics?format=prometheus", "", 403, "...", "", R"(acl = "write")"},
      {"PUT /v1/connect/ca/roots", "", 405, "...", "Allow: OPTIONS,GET"},
  });
}

TEST_CASE("paths that are none, and paths that are not clean") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      {"GET /v1/nope", "", 404, "Invalid URL path: not a recognized HTTP API endpoint\n",
       "Content-Type: text/plain; charset=utf-8"},
      {"GET /v2/kv/a", "", 404,
       "Invalid URL path: if attempting to use the HTTP API, ensure the path starts with '/v1/'\n"},
      {"GET /v1/txn/", "", 404, "Invalid URL path: not a recognized HTTP API endpoint\n"},
      {"GET /v1/Status/leader", "", 404, "..."},
      {"OPTIONS /v1/kv/a", "", 200, "", "Allow: OPTIONS,GET,PUT,DELETE"},
      {"OPTIONS /v1/catalog/nodes", "", 200, "", "Allow: OPTIONS,GET"},
  });
}

TEST_CASE("parts of the API that this release does not have say so by name") {
  endpoint_stage s(endpoint_stage::access::open);
  for (const auto* request :
       {"GET /v1/query", "POST /v1/query", "GET /v1/query/x/execute", "DELETE /v1/query/x", "PUT /v1/config",
        "GET /v1/config/service-defaults", "GET /v1/connect/intentions", "GET /v1/connect/ca/configuration",
        "GET /v1/agent/connect/ca/leaf/web", "POST /v1/agent/connect/authorize", "GET /v1/discovery-chain/web",
        "GET /v1/exported-services", "GET /v1/health/ingress/web", "GET /v1/catalog/gateway-services/web",
        "GET /v1/internal/ui/services", "GET /v1/peerings", "POST /v1/peering/token"}) {
    INFO(request);
    s.play({{request, "", 501, "... is part of Consul's API but not available in this release of Praetor"}});
  }
}
