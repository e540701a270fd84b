#include "protocol/acl/built_in.hpp"
#include "protocol/acl/content_hash.hpp"
#include "protocol/acl/grants.hpp"
#include "protocol/base/hex.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace praetor;
using namespace praetor::acl;

namespace {

std::string rendered(std::string_view name, const std::string& variable) {
  acl_templated_policy p;
  p.template_name = name;
  p.variables = acl_template_variables{variable};
  return synthetic_policy(p)->rules;
}

} // namespace

TEST_CASE("hashes are BLAKE2b of 256 bits over the content") {
  CHECK(hex(blake2b_256("abc")) == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  CHECK(hex(blake2b_256("")) == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  acl_token t;
  t.accessor_id = "not hashed";
  t.description = "d";
  t.policies = {{"p1", "name"}};
  t.roles = {{"r1", "name"}};
  t.service_identities = {{"svc", {"dc1"}}};
  t.node_identities = {{"n1", "dc2"}};
  t.templated_policies = {{"tid", "builtin/service", acl_template_variables{"v"}, {}}};
  CHECK(hex(content_hash(t).bytes) == "1c7c3af84e043206c999c060349aa145c233ebf08c868383192c2ce89ae774d1");
  acl_role r;
  r.name = "n";
  r.description = "d";
  r.policies = {{"p1", ""}};
  r.service_identities = {{"svc", {}}};
  CHECK(hex(content_hash(r).bytes) == "d8a5d7ef9b1bb6c1b5a79e5114ba27cda60ce1fba03c285463acd15bb35eef45");
}

TEST_CASE("built-in policies and templates are, to the byte, those that clients know") {
  const auto& policies = built_in_policies();
  CHECK(hex(content_hash(policies[0]).bytes) == "7e42a18eb9409a901d620e536a81e222494bbbabfcce94e51483c96a71230dc4");
  CHECK(hex(content_hash(policies[1]).bytes) == "786a9316d1f499dd1933a3dcaaa96a70b851b8202befe5a7a1731001a7ea4cae");
  const std::map<std::string_view, std::pair<std::string, std::string>> texts{
      {"builtin/nomad-client", {"1f6ca9c57a1e974365f7012dbb99e999aa9f701c6fc5a185a4ca9c2dcf9083c4", ""}},
      {"builtin/dns", {"80d443f8e84c6874a6b38c25c771c4b7a3f2df57739642f6d047df941771fa78", ""}},
      {"builtin/workload-identity",
       {"467308e1fc62b8edd2f0a73f5a0e148799393d091ee131c7957084e58854c120",
        "81d08321f6cc59d05962739aeccbc43c0b3ab976a62521b8ef8ae70ed48e151e"}},
      {"builtin/api-gateway",
       {"d0641ca364584d25e5d6eff8914d63f2ff1c93b0b98e3bdbbce5065ccbf9c2a5",
        "48a3abe0907960f92c9f67f15669496407762565da27e87029818f88edcf02b1"}},
      {"builtin/service",
       {"71a937df27fffb97b2dad09a97fa84eca897024c859ccdba0eaff75532966d80",
        "48a3abe0907960f92c9f67f15669496407762565da27e87029818f88edcf02b1"}},
      {"builtin/nomad-server", {"48d2adb2936c5d6bd9b88e9f983ffb8c93f9df403f1f75c97fe7c95e9182e4d2", ""}},
      {"builtin/node",
       {"fa6667627f92f577e42f29c1531a2c9d074b1cde5104f34c95769fcddaa7ad03",
        "48a3abe0907960f92c9f67f15669496407762565da27e87029818f88edcf02b1"}},
  };
  CHECK(policy_templates().size() == texts.size());
  for (const auto& t : policy_templates()) {
    INFO(t.name);
    CHECK(hex(blake2b_256(t.text)) == texts.at(t.name).first);
    CHECK((t.schema.empty() ? "" : hex(blake2b_256(t.schema))) == texts.at(t.name).second);
  }
}

TEST_CASE("templates and identities are rules with the name put in") {
  CHECK(rendered("builtin/node", "n1") == "\nnode \"n1\" {\n\tpolicy = \"write\"\n}\nservice_prefix \"\" {\n\tpolicy = "
                                          "\"read\"\n}");
  auto p = synthetic_policy(acl_service_identity{"web", {"dc1"}});
  CHECK(p.rules == rendered("builtin/service", "web"));
  CHECK(p.id == hex(p.rules) + "6c62272e07bb014262b821756295c58d");
  CHECK(p.datacenters == string_list{"dc1"});
  CHECK(p.description == "synthetic policy generated from templated policy: builtin/service");
  for (const auto& t : policy_templates()) {
    INFO(t.name);
    CHECK(parse_rules(rendered(t.name, "web")));
  }
}

TEST_CASE("no name of a template can grant more than the template does") {
  const auto* t = find_template("builtin/workload-identity");
  REQUIRE(t);
  acl_templated_policy p{
      "", "builtin/workload-identity", acl_template_variables{"a\" { policy = \"write\" } acl=\"write"}, {}};
  CHECK_FALSE(check_variables(*t, p));
  p.variables->name = "fine";
  CHECK(check_variables(*t, p));
  p.variables.reset();
  CHECK_FALSE(check_variables(*t, p));
  CHECK_FALSE(is_identity_name("Web"));
  CHECK_FALSE(is_identity_name("-web"));
  CHECK(is_identity_name("w-e_b1"));
}

TEST_CASE("names of policies have at most one slash, between two parts") {
  for (const auto* good : {"a", "a-b_C9", "a/b", "a/"}) CHECK(check_policy_name(good));
  for (const auto* bad : {"", "/a", "a/b/c", "a b", "builtin/x", "a.b"}) CHECK_FALSE(check_policy_name(bad));
}

TEST_CASE("a token grants what it, its roles and its identities link to, each once and where it is in force") {
  std::map<std::string, acl_policy_ptr> policies;
  for (const auto* id : {"p1", "p2", "p3"}) {
    auto p = std::make_shared<acl_policy>();
    p->id = id;
    if (p->id == "p3") p->datacenters = {"dc2"};
    policies[id] = p;
  }
  auto role = std::make_shared<acl_role>();
  role->id = "r1";
  role->policies = {{"p1", ""}, {"p2", ""}};
  role->node_identities = {{"n1", "dc2"}};
  record_source from{[&](const std::string& id) { return policies.contains(id) ? policies[id] : nullptr; },
                     [&](const std::string& id) -> acl_role_ptr { return id == "r1" ? role : nullptr; }};
  acl_token t;
  t.policies = {{"p1", ""}, {"gone", ""}, {"p3", ""}};
  t.roles = {{"r1", ""}, {"gone", ""}};
  t.service_identities = {{"web", {}}};
  auto all = granted(t, from);
  CHECK(all.roles.size() == 1);
  CHECK(all.policies.size() == 5); // p1, p3, web's, p2, n1's
  auto here = in_datacenter(all.policies, "dc1");
  REQUIRE(here.size() == 3);
  auto compiled = compile(here);
  REQUIRE(compiled);
  CHECK((*compiled)->decide(resource::service, access::write, "web") == true);
  CHECK((*compiled)->decide(resource::node, access::write, "n1") == false);
}

TEST_CASE("equal policies have equal keys, whatever their order") {
  auto a = std::make_shared<acl_policy>(), b = std::make_shared<acl_policy>(), c = std::make_shared<acl_policy>();
  a->id = "a";
  b->id = "b";
  c->id = "b";
  c->rules = "acl = \"read\"";
  CHECK(key_of({a, b}) == key_of({b, a}));
  CHECK(key_of({a, b}) != key_of({a, c}));
  CHECK(key_of({a}) != key_of({b}));
}
