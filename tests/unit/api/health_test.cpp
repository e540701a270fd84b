#include "endpoint_stage.hpp"

using namespace praetor;
using namespace praetor::api;

namespace {

const expectation node_1{"PUT /v1/catalog/register",
                         R"({"Node": "n1", "Address": "1.1.1.1", "Service": {"Service": "web", "Tags": ["A", "b"]},
                             "Checks": [{"Name": "up", "Status": "passing"},
                                        {"Name": "c1", "Status": "passing", "ServiceID": "web"}]})",
                         200, "true"};
const expectation node_2{"PUT /v1/catalog/register",
                         R"({"Node": "n2", "Address": "1.1.1.2", "Service": {"Service": "web", "Tags": ["x"]},
                             "Check": {"Name": "c2", "Status": "warning", "ServiceID": "web"}})",
                         200, "true"};

} // namespace

TEST_CASE("instances are chosen by tags and by their health") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      node_1,
      node_2,
      {"GET /v1/health/service/web?passing", "", 200, R"(..."Node":"n1")", "X-Consul-Effective-Consistency: leader"},
      {"GET /v1/health/service/web?passing&filter=Node.Node==n2", "", 200, "[]"},
      {"GET /v1/health/service/web?passing=T&filter=Node.Node==n2", "", 200, "[]"},
      {"GET /v1/health/service/web?passing=false&filter=Node.Node==n2", "", 200, R"(..."c2")"},
      {"GET /v1/health/service/web?passing=0&filter=Node.Node==n2", "", 200, R"(..."c2")"},
      {"GET /v1/health/service/web?passing=x", "", 400, "Invalid value for ?passing"},
      {"GET /v1/health/service/web?passing=yes", "", 400, "Invalid value for ?passing"},
      {"GET /v1/health/service/web?passing=x&passing=1", "", 400, "Invalid value for ?passing"},
      {"GET /v1/health/service/web?tag=a&tag=B", "", 200, R"(..."Node":"n1")"},
      {"GET /v1/health/service/web?tag=a&tag=x", "", 200, "[]"},
      {"GET /v1/health/service/web?index=1", "", 200, "...", "X-Consul-Query-Backend: streaming"},
      {"GET /v1/health/service/web?index=1", "", 200, "...", "X-Consul-Knownleader: false"},
      {"GET /v1/health/service/web?index=1&near=n1", "", 200, "...", "X-Consul-Query-Backend: blocking-query"},
      {"GET /v1/health/service/web?index=1&merge-central-config", "", 200, "...",
       "X-Consul-Query-Backend: blocking-query"},
      {"GET /v1/health/service/none", "", 200, "[]"},
      {"GET /v1/health/connect/web", "", 200, "[]"},
      {"GET /v1/health/service/", "", 400, "Missing service name"},
      {"GET /v1/health/connect/", "", 400, "Missing service name"},
      {"GET /v1/health/service/web?peer=x&sg=y", "", 400, "peer-name and sameness-group are mutually exclusive"},
      {"GET /v1/health/service/web?sg=y", "", 500, "sameness groups are not supported in consul CE"},
      {"GET /v1/health/service/web?filter=Node==n1", "", 500, R"(...Failed to create boolean expression evaluator: )"},
      {"GET /v1/health/service/web?ns=x", "", 400, "...\"ns\" - Namespaces are a Consul Enterprise feature"},
      {"GET /v1/health/service/web?dc=nowhere", "", 500, "No path to datacenter"},
      {"POST /v1/health/service/web", "", 405, "method POST not allowed", "Allow: OPTIONS,GET"},
  });
}

TEST_CASE("checks are listed by node, service and state") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      node_1,
      node_2,
      {"GET /v1/health/node/n1", "", 200, R"(..."CheckID":"c1")"},
      {"GET /v1/health/node/none", "", 200, "[]"},
      {"GET /v1/health/node/", "", 400, "Missing node name"},
      {"GET /v1/health/checks/web", "", 200, R"(..."CheckID":"c2")"},
      {"GET /v1/health/checks/none", "", 200, "[]"},
      {"GET /v1/health/checks/", "", 400, "Missing service name"},
      {"GET /v1/health/checks/web?node-meta=a:b", "", 200, "[]"},
      {"GET /v1/health/state/warning", "", 200, R"(..."CheckID":"c2")"},
      {"GET /v1/health/state/any?filter=CheckID==up", "", 200, R"(..."CheckID":"up")"},
      {"GET /v1/health/state/frob", "", 200, "[]"},
      {"GET /v1/health/state/", "", 400, "Missing check state"},
      {"GET /v1/health/state/any?filter=Nope==x", "", 500,
       R"(Failed to create boolean expression evaluator: Selector "Nope" is not valid)"},
      {"GET /v1/health/state/any?index=1.0", "", 400, "Invalid index"},
      {"GET /v1/health/state/any?index=+1", "", 400, "..."},
      {"GET /v1/health/state/any?wait=1", "", 400, "Invalid wait time"},
      {"GET /v1/health/state/any?wait=1d", "", 400, "Invalid wait time"},
      {"GET /v1/health/state/any?wait=-1s", "", 200, "..."},
      {"GET /v1/health/state/any?wait=.5s", "", 200, "..."},
      {"GET /v1/health/state/any?cached&consistent", "", 400,
       "Cannot specify ?cached with ?consistent, conflicting semantics."},
      {"GET /v1/health/state/any", "", 400, "Invalid Cache-Control header.", "", "", "cache-control: max-age=x"},
      {"GET /v1/health/state/any", "", 400,
       R"(Invalid header: "X-Consul-Namespace" - Namespaces are a Consul Enterprise feature)", "", "",
       "x-consul-namespace: x"},
  });
}

TEST_CASE("who may not read a service is denied its mesh instances, and sees no others") {
  endpoint_stage s;
  s.write_anonymous_token();
  const std::string web = R"(service "web" { policy = "read" })",
                    all = R"(service "web" { policy = "read" } node_prefix "" { policy = "read" })";
  auto with = [](expectation e) {
    e.rules = "*";
    return e;
  };
  s.play({with(node_1), with(node_2)});
  s.play({
      {"GET /v1/health/connect/web", "", 403, "Permission denied", "!X-Consul-Index"},
      {"GET /v1/health/connect/web", "", 200, "[]", "", web},
      {"GET /v1/health/service/web", "", 200, "[]", "!X-Consul-Results-Filtered-By-Acls"},
      {"GET /v1/health/service/web", "", 200, "[]", "X-Consul-Results-Filtered-By-Acls: true", web},
      {"GET /v1/health/service/web", "", 200, R"(..."Node":"n1")", "!X-Consul-Results-Filtered-By-Acls", all},
      {"GET /v1/health/service/none", "", 200, "[]", "!X-Consul-Results-Filtered-By-Acls", web},
      {"GET /v1/health/state/any", "", 200, "[]", "X-Consul-Results-Filtered-By-Acls: true", web},
      {"GET /v1/health/service/web?filter=Nope==x", "", 500, "...", "", web},
  });
}
