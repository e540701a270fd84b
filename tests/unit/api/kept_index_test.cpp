#include "endpoint_stage.hpp"
#include "protocol/acl/built_in.hpp"
#include "storage/state/queries_cluster.hpp"

#include <functional>
#include <map>
#include <random>

using namespace praetor;
using namespace praetor::api;

namespace {

/// Every route that answers from the state with an index, in all variants.
const std::vector<std::string> questions{
    "/v1/catalog/nodes",
    "/v1/catalog/nodes?node-meta=rack:1",
    "/v1/catalog/nodes?near=n1",
    "/v1/catalog/nodes?filter=Node != n1",
    "/v1/catalog/services",
    "/v1/catalog/services?node-meta=rack:1",
    "/v1/catalog/services?filter=ServicePort == 1",
    "/v1/catalog/service/web",
    "/v1/catalog/service/web?tag=v1",
    "/v1/catalog/service/api",
    "/v1/catalog/service/never",
    "/v1/catalog/connect/web",
    "/v1/catalog/connect/never",
    "/v1/catalog/node/n1",
    "/v1/catalog/node/n2",
    "/v1/catalog/node/never",
    "/v1/catalog/node-services/n1",
    "/v1/catalog/node-services/never",
    "/v1/health/node/n1",
    "/v1/health/node/never",
    "/v1/health/checks/web",
    "/v1/health/checks/web?node-meta=rack:1",
    "/v1/health/checks/never",
    "/v1/health/state/any",
    "/v1/health/state/critical",
    "/v1/health/state/passing?node-meta=rack:1",
    "/v1/health/service/web",
    "/v1/health/service/web?passing",
    "/v1/health/service/api",
    "/v1/health/service/never",
    "/v1/health/connect/web",
    "/v1/health/connect/never",
    "/v1/kv/a",
    "/v1/kv/never",
    "/v1/kv/?recurse",
    "/v1/kv/a?recurse",
    "/v1/kv/b/?recurse",
    "/v1/kv/never?recurse",
    "/v1/kv/?keys",
    "/v1/kv/a?keys&separator=/",
    "/v1/kv/never?keys",
    "/v1/session/list",
    "/v1/session/node/n1",
    "/v1/session/node/never",
    "/v1/session/info/aaaaaaaa-0000-0000-0000-000000000001",
    "/v1/session/info/aaaaaaaa-0000-0000-0000-00000000000f",
    "/v1/coordinate/nodes",
    "/v1/coordinate/node/n1",
    "/v1/coordinate/node/never",
    "/v1/connect/ca/roots",
    "/v1/agent/connect/ca/roots",
    "/v1/operator/usage",
    "/v1/acl/policies",
    "/v1/acl/policy/00000000-0000-0000-0000-000000000001",
    "/v1/acl/policy/name/p1",
    "/v1/acl/roles",
    "/v1/acl/role/bbbbbbbb-0000-0000-0000-000000000001",
    "/v1/acl/role/name/r1",
    "/v1/acl/tokens",
    "/v1/acl/token/self",
};

register_request on(const std::string& node, const std::string& rack = "1") {
  register_request r;
  r.datacenter = "dc1";
  r.node = node;
  r.address = "1.1.1.1";
  r.node_meta = {{"rack", rack}};
  return r;
}

register_request with_service(register_request r, const std::string& id, const std::string& name, std::int64_t port,
                              const std::string& kind = {}) {
  node_service s;
  s.id = id;
  s.name = name;
  s.port = port;
  s.tags = {"v1"};
  s.kind = kind;
  if (!kind.empty()) s.proxy.destination_service_name = "web";
  r.service = std::make_shared<const node_service>(s);
  return r;
}

register_request with_check(register_request r, const std::string& id, const std::string& status,
                            const std::string& service_id = {}) {
  health_check c;
  c.node = r.node;
  c.check_id = c.name = id;
  c.status = status;
  c.service_id = service_id;
  r.checks.push_back(std::make_shared<const health_check>(c));
  return r;
}

void remove(endpoint_stage& s, const std::string& node, const std::string& service = {},
            const std::string& check = {}) {
  deregister_request r;
  r.datacenter = "dc1";
  r.node = node;
  r.service_id = service;
  r.check_id = check;
  s.write(command_type::deregister, r);
}

void kv(endpoint_stage& s, const std::string& op, const std::string& key, const std::string& value = {}) {
  kv_request r;
  r.op = op;
  r.entry.key = key;
  r.entry.value.bytes = value;
  s.write(command_type::kvs, r);
}

void session_of(endpoint_stage& s, const std::string& op, const std::string& last_digit, const std::string& node) {
  session_request r;
  r.op = op;
  r.session.id = "aaaaaaaa-0000-0000-0000-00000000000" + last_digit;
  r.session.node = node;
  s.write(command_type::session, r);
}

void policy(endpoint_stage& s, const std::string& name, const std::string& rules) {
  auto p = std::make_shared<acl_policy>();
  p->id = "cccccccc-0000-0000-0000-00000000000" + name.substr(1);
  p->name = name;
  p->rules = rules;
  s.write(command_type::acl_policy_set, acl_policy_set_request{{p}});
}

void role(endpoint_stage& s, const std::string& name, const std::string& text) {
  auto r = std::make_shared<acl_role>();
  r->id = "bbbbbbbb-0000-0000-0000-00000000000" + name.substr(1);
  r->name = name;
  r->description = text;
  r->policies = {{std::string(acl::global_management_id), ""}};
  acl_role_set_request request;
  request.roles = {r};
  s.write(command_type::acl_role_set, request);
}

void locate(endpoint_stage& s, const std::string& node, double x) {
  auto c = std::make_shared<node_coordinate>();
  c->node = node;
  c->coord.vec[0] = x;
  s.write(command_type::coordinate_batch, coordinate_batch{c});
}

void roots(endpoint_stage& s, const std::string& id) {
  auto root = std::make_shared<ca_root>();
  root->id = id;
  root->active = true;
  ca_request r;
  r.op = "set-roots";
  r.index = state::index_of(*s.view->state.load(), "connect-ca-roots");
  r.roots = {root};
  s.write(command_type::connect_ca, r);
}

/// One kind of change; `n` makes it unique.
struct change {
  std::string name;
  std::function<void(endpoint_stage&, int n)> make;
};

const std::vector<change> changes{
    {"a node", [](auto& s, int) { s.write(command_type::register_node, on("n1")); }},
    {"another node", [](auto& s, int) { s.write(command_type::register_node, on("n2", "2")); }},
    {"a node's address",
     [](auto& s, int n) {
       auto r = on("n1");
       r.address = "1.1.1." + std::to_string(n);
       s.write(command_type::register_node, r);
     }},
    {"a service",
     [](auto& s, int n) { s.write(command_type::register_node, with_service(on("n1"), "web", "web", n)); }},
    {"another service",
     [](auto& s, int n) { s.write(command_type::register_node, with_service(on("n2", "2"), "api", "api", n)); }},
    {"a proxy",
     [](auto& s, int n) {
       s.write(command_type::register_node, with_service(on("n2", "2"), "web-proxy", "web-proxy", n, "connect-proxy"));
     }},
    {"a service's check",
     [](auto& s, int n) {
       s.write(command_type::register_node,
               with_check(with_service(on("n1"), "web", "web", 1), "of-web", n % 2 ? "passing" : "critical", "web"));
     }},
    {"another service's check",
     [](auto& s, int n) {
       s.write(command_type::register_node, with_check(with_service(on("n2", "2"), "api", "api", 1), "of-api",
                                                       n % 2 ? "passing" : "critical", "api"));
     }},
    {"a node's check",
     [](auto& s, int n) {
       s.write(command_type::register_node, with_check(on("n1"), "of-node", n % 2 ? "passing" : "warning"));
     }},
    {"no check", [](auto& s, int) { remove(s, "n1", {}, "of-node"); }},
    {"no service", [](auto& s, int) { remove(s, "n1", "web"); }},
    {"not the other service", [](auto& s, int) { remove(s, "n2", "api"); }},
    {"no proxy", [](auto& s, int) { remove(s, "n2", "web-proxy"); }},
    {"no node", [](auto& s, int) { remove(s, "n1"); }},
    {"not the other node", [](auto& s, int) { remove(s, "n2"); }},
    {"a key", [](auto& s, int n) { kv(s, "set", "a", std::to_string(n)); }},
    {"a key below", [](auto& s, int n) { kv(s, "set", "a/b", std::to_string(n)); }},
    {"another key", [](auto& s, int n) { kv(s, "set", "b/c", std::to_string(n)); }},
    {"no key", [](auto& s, int) { kv(s, "delete", "a"); }},
    {"no key below", [](auto& s, int) { kv(s, "delete-tree", "a/"); }},
    {"not the other key", [](auto& s, int) { kv(s, "delete", "b/c"); }},
    {"no tombstones",
     [](auto& s, int) {
       tombstone_request r;
       r.reap_index = s.view->state.load()->last_index();
       s.write(command_type::tombstone, r);
     }},
    {"a session",
     [](auto& s, int) {
       s.write(command_type::register_node, on("n1"));
       session_of(s, "create", "1", "n1");
     }},
    {"another session",
     [](auto& s, int) {
       s.write(command_type::register_node, on("n2", "2"));
       session_of(s, "create", "2", "n2");
     }},
    {"no session", [](auto& s, int) { session_of(s, "destroy", "1", "n1"); }},
    {"not the other session", [](auto& s, int) { session_of(s, "destroy", "2", "n2"); }},
    {"a place",
     [](auto& s, int n) {
       s.write(command_type::register_node, on("n1"));
       locate(s, "n1", n);
     }},
    {"another place",
     [](auto& s, int n) {
       s.write(command_type::register_node, on("n2", "2"));
       locate(s, "n2", n);
     }},
    {"a policy", [](auto& s, int n) { policy(s, "p1", "node \"n" + std::to_string(n) + "\" { policy = \"read\" }"); }},
    {"another policy",
     [](auto& s, int n) { policy(s, "p2", "node \"n" + std::to_string(n) + "\" { policy = \"read\" }"); }},
    {"a role", [](auto& s, int n) { role(s, "r1", std::to_string(n)); }},
    {"another role", [](auto& s, int n) { role(s, "r2", std::to_string(n)); }},
    {"a token", [](auto& s, int) { s.token(""); }},
    {"roots", [](auto& s, int n) { roots(s, "root" + std::to_string(n)); }},
};

std::string with_index(const std::string& question, std::uint64_t index) {
  return question + (question.find('?') == question.npos ? '?' : '&') + "wait=10s&index=" + std::to_string(index);
}

/// The same query at one moment: plain, with and without a cached answer, and with an index.
void check_at_this_moment(endpoint_stage& s, const std::map<std::string, asked>& before) {
  std::map<std::string, std::pair<asked, asked_ptr>> waiting;
  for (const auto& question : questions) {
    INFO(question);
    auto plain = s.get(question, s.root());
    REQUIRE(plain.answered());
    auto index = plain.index();
    if (index == 0) continue; // such an answer has none
    if (auto was = before.find(question); was != before.end() && was->second.index() < index) {
      auto news = s.get(with_index(question, was->second.index()), s.root());
      // A query for a missing object keeps waiting.
      if (news.answered() || plain.status != 404) {
        CHECK(news.index() == index);
        CHECK(news.body == plain.body);
      }
    }
    auto held = s.send("GET", with_index(question, index), s.root());
    CHECK_FALSE(held->answered());
    if (held->answered()) CHECK(held->index() == index);
    waiting.emplace(question, std::pair(plain, held));
  }
  s.advance(std::chrono::seconds(11));
  for (const auto& [question, answers] : waiting) {
    INFO(question);
    const auto& [plain, held] = answers;
    CHECK(held->answered());
    CHECK(held->index() == plain.index());
    CHECK(held->body == plain.body);
  }
  s.environment().cache().clear();
  for (const auto& [question, answers] : waiting) {
    INFO(question);
    auto fresh = s.get(question, s.root());
    CHECK(fresh.index() == answers.first.index());
    CHECK(fresh.body == answers.first.body);
  }
}

std::map<std::string, asked> ask_all(endpoint_stage& s) {
  std::map<std::string, asked> out;
  for (const auto& question : questions) out.emplace(question, s.get(question, s.root()));
  return out;
}

} // namespace

TEST_CASE("an index that a plain answer shows is waited on until something changes") {
  endpoint_stage s;
  std::mt19937 random(GENERATE(1u, 2u, 3u));
  for (int n = 1; n <= 2 * static_cast<int>(changes.size()); ++n) {
    auto before = ask_all(s);
    const auto& made = changes[random() % changes.size()];
    INFO(n << ": " << made.name);
    made.make(s, n);
    check_at_this_moment(s, before);
  }
}

TEST_CASE("the index of an answer is that of the moment after every kind of change") {
  endpoint_stage s;
  // Once on an empty state and once on a filled one.
  for (int n = 1; n <= 2; ++n)
    for (const auto& made : changes) {
      auto before = ask_all(s);
      INFO(made.name << ", " << n);
      made.make(s, n);
      check_at_this_moment(s, before);
    }
}
