#include "protocol/acl/decisions.hpp"
#include "protocol/acl/rules.hpp"

#include <catch2/catch.hpp>

namespace praetor::acl {

namespace {

/// The authorizer of these policies, with deny as the default.
authorizer_ptr holder_of(const std::vector<std::string>& texts, bool default_allow = false) {
  std::vector<rules> policies;
  for (const auto& text : texts) {
    auto read = parse_rules(text);
    INFO(text);
    REQUIRE(read);
    policies.push_back(*read);
  }
  return make_authorizer("me", "id", std::make_shared<const decisions>(policies), default_allow);
}

struct check {
  resource what;
  access how;
  std::string name;
  bool allowed;
};

void expect(const authorizer& who, const std::vector<check>& checks) {
  for (const auto& c : checks) {
    INFO(to_text(c.what, c.how) << " on " << c.name);
    CHECK(who.allowed(c.what, c.how, c.name) == c.allowed);
  }
}

std::string error_of(const std::string& text) {
  auto read = parse_rules(text);
  return read ? "" : read.error().text;
}

constexpr auto read = access::read, list = access::list, write = access::write;
using enum resource;

} // namespace

TEST_CASE("rules with an unknown level are refused by name") {
  struct bad {
    std::string text, message;
  };
  for (const auto& [text, message] : std::vector<bad>{
           {R"(acl = "list")", R"(Invalid acl policy: "list")"},
           {R"(operator = "x")", R"(Invalid operator policy: "x")"},
           {R"(mesh = "x")", R"(Invalid mesh policy: "x")"},
           {R"(agent "a" { policy = "list" })", R"(Invalid agent policy: &acl.AgentRule{Node:"a", Policy:"list"})"},
           {R"(agent_prefix "a" {})", R"(Invalid agent_prefix policy: &acl.AgentRule{Node:"a", Policy:""})"},
           {R"(key "k" { policy = "x" })",
            R"(Invalid key policy: &acl.KeyRule{Prefix:"k", Policy:"x", EnterpriseRule:acl.EnterpriseRule{}})"},
           {R"(query "q" { policy = "x" })", R"(Invalid query policy: &acl.PreparedQueryRule{Prefix:"q", Policy:"x"})"},
           {R"(service "s" { policy = "x" intentions = "read" })",
            R"(Invalid service policy: &acl.ServiceRule{Name:"s", Policy:"x", Intentions:"read", )"
            R"(EnterpriseRule:acl.EnterpriseRule{}})"},
           {R"(service_prefix "s" { policy = "read" intentions = "list" })",
            R"(Invalid service_prefix intentions policy: &acl.ServiceRule{Name:"s", Policy:"read", Intentions:"list", )"
            R"(EnterpriseRule:acl.EnterpriseRule{}})"},
           {"key \"\" {", "Failed to parse ACL rules: At 1:10: object expected closing RBRACE got: EOF"},
       }) {
    INFO(text);
    CHECK(error_of(text) == message);
  }
  CHECK(error_of(R"(service = "web")").starts_with("Failed to parse ACL rules: "));
  CHECK(error_of(R"(operator { policy = "read" })").starts_with("Failed to parse ACL rules: "));
}

TEST_CASE("rules in JSON mean what they mean in HCL") {
  auto who = holder_of({R"({"key_prefix": {"a/": {"policy": "read"}, "b/": {"policy": "write"}},
                            "service": {"web": {"policy": "write", "intentions": "read"}},
                            "operator": "read"})"});
  expect(*who, {{key, read, "a/x", true},
                {key, write, "a/x", false},
                {key, write, "b/x", true},
                {service, write, "web", true},
                {intention, read, "web", true},
                {intention, write, "web", false},
                {operator_, read, "", true},
                {operator_, write, "", false}});
}

TEST_CASE("an exact rule counts before the longest prefix that matches") {
  auto who = holder_of({R"(
    key_prefix "" { policy = "read" }
    key_prefix "foo/" { policy = "write" }
    key_prefix "foo/private/" { policy = "deny" }
    key "foo/private/shown" { policy = "read" }
    key_prefix "foz" { policy = "list" })"});
  expect(*who, {{key, read, "other", true},
                {key, write, "other", false},
                {key, write, "foo/a", true},
                {key, list, "foo/a", true},
                {key, read, "foo/private/x", false},
                {key, read, "foo/private/shown", true},
                {key, write, "foo/private/shown", false},
                {key, read, "foo", true},
                {key, write, "foo", false},
                {key, write, "foo/b", true},
                {key, list, "fozzy", true},
                {key, write, "fozzy", false},
                {key, list, "fo", false}});
}

TEST_CASE("of several policies the denial counts, then whoever grants most, in any order") {
  std::string reads = R"(key_prefix "a" { policy = "read" } service "s" { policy = "read" intentions = "write" })",
              writes = R"(key_prefix "a" { policy = "write" } service "s" { policy = "write" })",
              denies = R"(key_prefix "a" { policy = "deny" })";
  for (const auto& order : std::vector<std::vector<std::string>>{{reads, writes}, {writes, reads}}) {
    auto who = holder_of(order);
    expect(*who, {{key, write, "a", true}, {service, write, "s", true}, {intention, write, "s", true}});
  }
  for (const auto& order : std::vector<std::vector<std::string>>{{denies, writes}, {writes, denies}})
    expect(*holder_of(order), {{key, read, "a", false}, {service, write, "s", true}});
}

TEST_CASE("where no rule speaks the default counts, which never grants access to ACLs") {
  expect(*holder_of({}, true), {{key, write, "x", true},
                                {keyring, write, "", true},
                                {operator_, write, "", true},
                                {mesh, write, "", true},
                                {acl, read, "", false},
                                {acl, write, "", false}});
  expect(*holder_of({}), {{key, read, "x", false}, {node, read, "n", false}, {acl, read, "", false}});
  expect(*holder_of({R"(acl = "write")"}), {{acl, write, "", true}, {acl, read, "", true}, {key, read, "x", false}});
}

TEST_CASE("mesh and peering follow operator until they have a rule of their own") {
  expect(*holder_of({R"(operator = "write")"}), {{mesh, write, "", true}, {peering, read, "", true}});
  expect(*holder_of({R"(operator = "write" mesh = "read")"}),
         {{mesh, write, "", false}, {mesh, read, "", true}, {peering, write, "", true}});
}

TEST_CASE("a service's rule implies reading intentions that lead to it") {
  auto who = holder_of({R"(service "r" { policy = "read" } service "w" { policy = "write" }
                           service "d" { policy = "deny" } service_prefix "x" { policy = "read" intentions = "deny" })"});
  expect(*who, {{intention, read, "r", true},
                {intention, write, "r", false},
                {intention, read, "w", true},
                {intention, write, "w", false},
                {intention, read, "d", false},
                {intention, read, "xy", false}});
}

TEST_CASE("intentions of all services: any rule may grant reading, all have to grant writing") {
  auto some =
      holder_of({R"(service_prefix "" { policy = "deny" } service "a" { policy = "read" intentions = "write" })"});
  expect(*some, {{intention, read, "*", true}, {intention, write, "*", false}});
  auto all = holder_of({R"(service_prefix "" { policy = "read" intentions = "write" })"});
  expect(*all, {{intention, read, "*", true}, {intention, write, "*", true}});
  auto but_one = holder_of({R"(service_prefix "" { policy = "read" intentions = "write" }
                               service "a" { policy = "read" })"});
  expect(*but_one, {{intention, write, "*", false}});
}

TEST_CASE("a whole tree of keys may be written if nothing in or above it says otherwise") {
  auto who = holder_of({R"(key_prefix "" { policy = "read" } key_prefix "a/" { policy = "write" }
                           key "a/b/c" { policy = "read" } key_prefix "d/" { policy = "write" }
                           key "e/f" { policy = "write" })"});
  for (const auto& [prefix, may] : std::vector<std::pair<std::string, bool>>{
           {"", false}, {"a/", false}, {"a/b", false}, {"a/x", true}, {"d/", true}, {"d", false}, {"e/f", false}}) {
    INFO(prefix);
    CHECK(who->allowed_prefix(key, write, prefix) == may);
  }
  CHECK(holder_of({R"(key "a/b" { policy = "read" })"}, true)->allowed_prefix(key, write, "a/") == false);
  CHECK(holder_of({R"(key "a/b" { policy = "write" })"}, true)->allowed_prefix(key, write, "a/"));
}

TEST_CASE("what another cluster exports is for those who write a service or may read all") {
  CHECK(holder_of({R"(service "a" { policy = "write" })"})->allowed_imported(node));
  CHECK(holder_of({R"(service_prefix "" { policy = "read" })"})->allowed_imported(service));
  CHECK_FALSE(holder_of({R"(service_prefix "" { policy = "read" } service "x" { policy = "deny" })"})
                  ->allowed_imported(service));
  CHECK_FALSE(holder_of({R"(service_prefix "" { policy = "read" })"})->allowed_imported(node));
}

TEST_CASE("a denial names who lacks what") {
  auto who = make_authorizer("1234", "", nullptr, false);
  CHECK(who->denial({key, write, "a\"b"}) ==
        "Permission denied: token with AccessorID '1234' lacks permission 'key:write' on \"a\"b\"");
  CHECK(who->denial({acl, read, ""}) == "Permission denied: token with AccessorID '1234' lacks permission 'acl:read'");
  CHECK(make_authorizer(std::string(anonymous_accessor), "", nullptr, false)->denial({node, read, "n"}) ==
        "Permission denied: anonymous token lacks permission 'node:read' on \"n\". The anonymous token is used "
        "implicitly when a request does not specify a token.");
}

} // namespace praetor::acl
