#include "actors/access/read_permissions.hpp"
#include "endpoint_stage.hpp"

using namespace praetor;
using namespace praetor::api;

namespace {

const std::string node_read = R"(node "n" { policy = "read" })", web_read = R"(service "web" { policy = "read" })",
                  nothing = "";

void fill_with_checks(endpoint_stage& s) {
  register_request r;
  r.datacenter = "dc1";
  r.node = "n";
  r.address = "1.1.1.1";
  node_service service;
  service.id = service.name = "web";
  r.service = std::make_shared<const node_service>(service);
  auto add = [&](const std::string& id, const std::string& service_id, const std::string& label) {
    health_check c;
    c.node = "n";
    c.check_id = c.name = id;
    c.status = "passing";
    c.service_id = service_id;
    c.service_name = label;
    r.checks.push_back(std::make_shared<const health_check>(c));
  };
  add("of-node", "", "");
  add("of-web", "web", "");
  add("labelled", "", "web");
  s.write(command_type::register_node, r);
}

struct sight {
  bool of_node, of_web, labelled;
  bool operator==(const sight&) const = default;
};

} // namespace

TEST_CASE("a check is shown to who may read its node, and the service that it names") {
  struct row {
    std::string rules;
    sight seen;
  };
  const std::string txn = R"([{"Check": {"Verb": "get", "Check": {"Node": "n", "CheckID": "of-node"}}},
                              {"Check": {"Verb": "get", "Check": {"Node": "n", "CheckID": "of-web"}}},
                              {"Check": {"Verb": "get", "Check": {"Node": "n", "CheckID": "labelled"}}}])";
  for (const auto& [rules, seen] : std::vector<row>{
           {nothing, {false, false, false}},
           {node_read, {true, false, false}},
           {web_read, {false, false, false}},
           {node_read + web_read, {true, true, true}},
           {R"(node_prefix "" { policy = "read" } service_prefix "x" { policy = "read" })", {true, false, false}},
       }) {
    INFO(rules);
    endpoint_stage s;
    fill_with_checks(s);
    auto who = s.token(rules);
    auto shown_in = [](const asked& a) {
      return sight{a.has(R"("CheckID":"of-node")"), a.has(R"("CheckID":"of-web")"), a.has(R"("CheckID":"labelled")")};
    };
    CHECK(shown_in(s.get("/v1/health/node/n", who)) == seen);
    CHECK(shown_in(s.get("/v1/health/state/any", who)) == seen);
    CHECK(shown_in(s.put("/v1/txn", txn, who)) == seen);
    auto by_service = s.get("/v1/health/checks/web", who);
    CHECK(shown_in(by_service).of_web == seen.of_web);
    CHECK(by_service.filtered() == !seen.of_web);
    // An instance is returned with all its checks, or not at all.
    auto entries = shown_in(s.get("/v1/health/service/web", who));
    bool both = seen.of_node && seen.of_web;
    CHECK(entries == sight{both, both, both});
  }
}

TEST_CASE("the agent shows its own checks of a service to who may read the service") {
  endpoint_stage s;
  s.own_service("web", "web");
  s.own_check("of-web", "web");
  s.own_check("of-node", "");
  auto shown = [&](const std::string& rules) {
    auto a = s.get("/v1/agent/checks", s.token(rules));
    return std::pair(a.has("of-web\":"), a.has("of-node\":"));
  };
  CHECK(shown(web_read) == std::pair(true, false));
  CHECK(shown(R"(node "here" { policy = "read" })") == std::pair(false, true));
}

TEST_CASE("who may read imported records sees checks that were imported with them") {
  // Records that a peer exports are visible to tokens that may read all nodes and all services.
  struct row {
    std::string rules;
    bool seen;
  };
  endpoint_stage s;
  health_check c;
  c.node = "n";
  c.service_name = "web";
  c.peer_name = "peer";
  for (const auto& [rules, seen] :
       std::vector<row>{{node_read + web_read, false},
                        {R"(node_prefix "" { policy = "read" })", false},
                        {R"(node_prefix "" { policy = "read" } service_prefix "" { policy = "read" })", true}}) {
    INFO(rules);
    auto who = s.view->resolver.cached(s.view, s.token(rules), {std::chrono::hours(100), {}});
    REQUIRE(who);
    CHECK(may_read(***who, c) == seen);
  }
}
