#include "login_case.hpp"

#include "protocol/acl/auth/binding.hpp"
#include "protocol/acl/built_in.hpp"

#include <catch2/catch.hpp>

using namespace praetor;
using namespace praetor::acl::auth;

namespace {

identity sample_identity() {
  identity out;
  out.selectable = jwt_fields{{{"name", "Web"}, {"team", "red"}}, {{"groups", {"a", "b"}}}};
  out.variables = {{"value.name", "Web"}, {"value.team", "red"}};
  return out;
}

identity blank() {
  auto read = read_settings(method_of("jwt", R"({"JWKSURL":"http://x","ClaimMappings":{"n":"name","t":"team"},
    "ListClaimMappings":{"g":"groups"}})"));
  REQUIRE(read);
  return blank_identity(*read);
}

acl_binding_rule rule_of(std::string type, std::string name, std::string selector = {}) {
  acl_binding_rule out;
  out.bind_type = std::move(type);
  out.bind_name = std::move(name);
  out.selector = std::move(selector);
  return out;
}

acl_binding_rule templated(std::string name, std::string variable) {
  auto out = rule_of("templated-policy", std::move(name));
  out.bind_vars = acl_template_variables{std::move(variable)};
  return out;
}

std::string fault_in(const acl_binding_rule& rule) {
  auto good = check_rule(rule, blank());
  return good ? "" : good.error().text;
}

binding_source source_of(std::vector<acl_binding_rule> rules) {
  binding_source out;
  for (auto& rule : rules) out.rules.push_back(std::make_shared<const acl_binding_rule>(std::move(rule)));
  out.datacenter = "dc1";
  out.policy = [](const std::string& name) -> acl_policy_ptr {
    acl_policy p;
    p.id = "policy-" + name;
    return name == "web" ? std::make_shared<const acl_policy>(p) : nullptr;
  };
  out.role = [](const std::string& name) -> acl_role_ptr {
    acl_role r;
    r.id = "role-" + name;
    return name == "web" ? std::make_shared<const acl_role>(r) : nullptr;
  };
  return out;
}

} // namespace

TEST_CASE("a rule is checked when it is written") {
  const std::string prefix = "Invalid Binding Rule: invalid BindName or BindVars: ";
  struct {
    acl_binding_rule rule;
    std::string fault;
  } table[] = {
      {rule_of("service", "web"), ""},
      {rule_of("service", "x-${value.name}", "value.name == web and a in list.groups"), ""},
      {rule_of("role", "Web_1"), ""},
      {rule_of("policy", "a/b"), ""},
      {rule_of("", "x"), "Invalid Binding Rule: no BindType is set"},
      {rule_of("service", ""), "Invalid Binding Rule: no BindName is set"},
      {rule_of("foo", "x"), prefix + "invalid Binding Rule: unknown BindType \"foo\""},
      {rule_of("service", "Web"), prefix + "failed to validate bindType \"service\": invalid bind name: \"Web\""},
      {rule_of("node", "-x"), prefix + "failed to validate bindType \"node\": invalid bind name: \"-x\""},
      {rule_of("role", "a/b"), prefix + "failed to validate bindType \"role\": invalid bind name: \"a/b\""},
      {rule_of("policy", "a b"), prefix + "failed to validate bindType \"policy\": invalid bind name: \"a b\""},
      {rule_of("service", "${value.other}"),
       prefix + "failed to validate bindType \"service\": error interpreting template: 1:3: unknown variable accessed: "
                "value.other"},
      {rule_of("service", "${"), prefix + "failed to validate bindType \"service\": error interpreting template: parse "
                                          "error at 1:3: expected expression but found end of string"},
      {rule_of("service", "web", "value.name =="),
       "invalid Binding Rule: Selector is invalid: 1:14 (13): no match found, expected: \"\\\"\", \"`\", [ \\t\\r\\n], "
       "[0-9], [a-zA-Z] or [a-zA-Z0-9]"},
      {rule_of("service", "web", "serviceaccount.name == x"),
       "invalid Binding Rule: Selector is invalid: Selector \"serviceaccount\" is not valid"},
      {templated("builtin/service", "${value.name}"), ""},
      {templated("builtin/none", "x"), prefix + "failed to validate bindType \"templated-policy\": Bind name for "
                                                "templated-policy bind type does not match existing template name: "
                                                "builtin/none"},
      {templated("builtin/service", ""),
       prefix +
           "failed to validate bindType \"templated-policy\": templated policy failed validation: service identity "
           "\"\" has an invalid name. Only lowercase alphanumeric characters, '-' and '_' are allowed"},
  };
  for (const auto& row : table) {
    INFO(row.rule.bind_type + " " + row.rule.bind_name + " " + row.rule.selector);
    auto fault = fault_in(row.rule);
    if (row.rule.selector.ends_with("=="))
      CHECK(fault.starts_with("invalid Binding Rule: Selector is invalid: 1:14 (13): no match found, expected:"));
    else
      CHECK(fault == row.fault);
  }
  auto variables_elsewhere = rule_of("service", "web");
  variables_elsewhere.bind_vars = acl_template_variables{"x"};
  CHECK(fault_in(variables_elsewhere) ==
        "invalid Binding Rule: BindVars cannot be set when bind type is not templated-policy.");
}

TEST_CASE("rules whose selectors match are applied") {
  auto done = bind(sample_identity(), source_of({
                                          rule_of("service", "${value.name}"),
                                          rule_of("service", "no", "value.name == web"),
                                          rule_of("node", "n-${value.team}", "value.name == Web and b in list.groups"),
                                          rule_of("role", "${value.name}"),
                                          rule_of("role", "absent"),
                                          rule_of("policy", "web", "list.groups is not empty"),
                                          rule_of("policy", "absent"),
                                          rule_of("service", "no", "broken =="),
                                          rule_of("service", "no", "serviceaccount.name == x"),
                                          rule_of("from-the-future", "no"),
                                          templated("builtin/service", "t-${value.name}"),
                                      }));
  REQUIRE(done);
  REQUIRE(done->service_identities.size() == 1);
  CHECK(done->service_identities[0].service_name == "web");
  REQUIRE(done->node_identities.size() == 1);
  CHECK(done->node_identities[0] == acl_node_identity{"n-red", "dc1"});
  CHECK(done->roles == std::vector<acl_link>{{"role-web", ""}});
  CHECK(done->policies == std::vector<acl_link>{{"policy-web", ""}});
  REQUIRE(done->templated_policies.size() == 1);
  CHECK(done->templated_policies[0].variables->name == "t-web");
  CHECK(done->templated_policies[0].template_id == acl::find_template("builtin/service")->id);

  auto none = bind(sample_identity(), source_of({rule_of("role", "absent")}));
  REQUIRE(none);
  CHECK(none->empty());
  // Values of claims become names only if they are names.
  auto hostile = sample_identity();
  hostile.variables["value.name"] = "x\" { policy = \"write\" }";
  auto refused = bind(hostile, source_of({rule_of("service", "${value.name}")}));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text == "invalid bind name: \"x\\\" { policy = \\\"write\\\" }\"");
  CHECK_FALSE(bind(hostile, source_of({templated("builtin/api-gateway", "${value.name}")})));
}

TEST_CASE("a token's description has the metadata of its login") {
  CHECK(token_description({}) == "token created via login");
  CHECK(token_description({{"pod", "a<b"}, {"a", "1"}}) == R"(token created via login: {"a":"1","pod":"a\u003cb"})");
}
