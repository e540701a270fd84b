#include "cluster.hpp"

#include "protocol/acl/built_in.hpp"
#include "protocol/acl/content_hash.hpp"
#include "protocol/types/acl.hpp"
#include "storage/state/queries_acl.hpp"
#include "storage/state/records.hpp"

using namespace praetor;
using namespace praetor::state;

namespace {

const std::string p1 = "aaaaaaaa-0000-0000-0000-000000000001", p2 = "aaaaaaaa-0000-0000-0000-000000000002",
                  r1 = "bbbbbbbb-0000-0000-0000-000000000001", t1 = "cccccccc-0000-0000-0000-000000000001",
                  t2 = "cccccccc-0000-0000-0000-000000000002";

struct acl_cluster : cluster {
  apply_result policy(const std::string& id, const std::string& name, const std::string& rules = {}) {
    auto p = std::make_shared<acl_policy>();
    p->id = id;
    p->name = name;
    p->rules = rules;
    return run(command_type::acl_policy_set, acl_policy_set_request{{p}});
  }
  apply_result role(const std::string& id, const std::string& name, std::vector<acl_link> policies = {}) {
    auto r = std::make_shared<acl_role>();
    r->id = id;
    r->name = name;
    r->policies = std::move(policies);
    acl_role_set_request request;
    request.roles = {r};
    return run(command_type::acl_role_set, request);
  }
  acl_token token_of(const std::string& accessor) {
    acl_token t;
    t.accessor_id = accessor;
    t.secret_id = "secret of " + accessor;
    return t;
  }
  apply_result token(acl_token t) {
    acl_token_set_request r;
    r.tokens = {std::make_shared<const acl_token>(std::move(t))};
    return run(command_type::acl_token_set, r);
  }
  apply_result drop_token(const std::string& accessor) {
    return run(command_type::acl_token_delete, acl_token_delete_request{{accessor}});
  }
  std::vector<std::string> found(const token_query& q) {
    std::vector<std::string> out;
    auto all = list_tokens(*now_published(), q, nullptr);
    for (const auto& t : all->value) out.push_back(t->accessor_id);
    return out;
  }
};

token_query asks(std::string token_query::*what, std::string value) {
  token_query q;
  q.*what = std::move(value);
  return q;
}

} // namespace

TEST_CASE("a token is found by its secret and its accessor, and by what it links to") {
  acl_cluster c;
  CHECK(c.policy(p1, "one").ok());
  CHECK(c.role(r1, "role", {{p1, ""}}).ok());
  auto t = c.token_of(t1);
  t.policies = {{p1, ""}};
  t.roles = {{r1, ""}};
  t.service_identities = {{"web", {}}};
  CHECK(c.token(t).ok());
  CHECK(c.token(c.token_of(t2)).ok());
  auto s = c.now_published();
  auto by_accessor = find_token(*s, t1, nullptr), by_secret = find_token_by_secret(*s, "secret of " + t1, nullptr);
  REQUIRE(by_accessor.value);
  REQUIRE(by_secret.value);
  CHECK(*by_accessor.value == *by_secret.value);
  CHECK(by_accessor.index == c.index);
  CHECK(by_accessor.value->policies == std::vector<acl_link>{{p1, "one"}});
  CHECK(by_accessor.value->roles == std::vector<acl_link>{{r1, "role"}});
  CHECK(by_accessor.value->hash == acl::content_hash(*by_accessor.value));
  CHECK(c.found({}) == std::vector{t1, t2});
  CHECK(c.found(asks(&token_query::policy, p1)) == std::vector{t1});
  CHECK(c.found(asks(&token_query::role, r1)) == std::vector{t1});
  CHECK(c.found(asks(&token_query::service_name, "WEB")) == std::vector{t1});
  CHECK(c.found(asks(&token_query::service_name, "we")).empty());
  auto two = asks(&token_query::policy, p1);
  two.role = r1;
  CHECK_FALSE(list_tokens(*s, two, nullptr));
  t.policies.clear();
  CHECK(c.token(t).ok());
  CHECK(c.found(asks(&token_query::policy, p1)).empty());
}

TEST_CASE("links show the names of now, and those that lead nowhere are left out") {
  acl_cluster c;
  c.policy(p1, "one");
  c.policy(p2, "two");
  auto t = c.token_of(t1);
  t.policies = {{p1, ""}, {p2, ""}};
  c.token(t);
  c.policy(p1, "renamed");
  CHECK(c.run(command_type::acl_policy_delete, acl_policy_delete_request{{p2}}).ok());
  CHECK(find_token(*c.now_published(), t1, nullptr).value->policies == std::vector<acl_link>{{p1, "renamed"}});
  CHECK(find_policy_by_name(*c.now_published(), "one", nullptr).value == nullptr);
  CHECK(find_policy_by_name(*c.now_published(), "RENAMED", nullptr).value);
}

TEST_CASE("what can't be stored is refused and changes nothing") {
  acl_cluster c;
  c.policy(p1, "one");
  auto t = c.token_of(t1);
  t.policies = {{p2, ""}};
  CHECK(c.token(t).error == "No such policy with ID: " + p2);
  CHECK(c.policy(p2, "ONE").error == "A policy with name \"ONE\" already exists");
  CHECK(c.role(r1, "r", {{p2, ""}}).error == "No such policy with ID: " + p2);
  t = c.token_of(t1);
  t.auth_method = "minikube";
  CHECK(c.token(t).error == "No such auth method with Name: minikube");
  acl_token_set_request two;
  t = c.token_of(t1);
  two.tokens = {std::make_shared<const acl_token>(t), std::make_shared<const acl_token>()};
  CHECK(c.run(command_type::acl_token_set, two).error == "Missing ACL Token SecretID");
  CHECK(find_token(*c.now_published(), t1, nullptr).value == nullptr);
}

TEST_CASE("a token keeps its secret, and no secret opens two tokens") {
  acl_cluster c;
  c.token(c.token_of(t1));
  auto other = c.token_of(t1);
  other.secret_id = "another";
  CHECK(c.token(other).error == "The ACL Token SecretID field is immutable");
  auto thief = c.token_of(t2);
  thief.secret_id = "secret of " + t1;
  CHECK(c.token(thief).error == "The ACL Token AccessorID field is immutable");
}

TEST_CASE("what every cluster has can't be deleted, nor its rules changed") {
  acl_cluster c;
  const auto& built_in = acl::built_in_policies()[0];
  CHECK(c.policy(built_in.id, built_in.name, built_in.rules).ok());
  CHECK(c.policy(built_in.id, "other-name", built_in.rules).ok());
  CHECK(c.policy(built_in.id, built_in.name, "acl = \"deny\"").error ==
        "Changing the Rules for the builtin global-management policy is not permitted");
  CHECK(c.run(command_type::acl_policy_delete, acl_policy_delete_request{{built_in.id}}).error ==
        "Deletion of the builtin global-management policy is not permitted");
  c.token(c.token_of(std::string(acl::anonymous_accessor)));
  CHECK(c.drop_token(std::string(acl::anonymous_accessor)).error ==
        "Deletion of the builtin anonymous token is not permitted");
}

TEST_CASE("the first token is made once, until the index is reset") {
  acl_cluster c;
  acl_bootstrap_request r;
  r.token = c.token_of(t1);
  CHECK(c.run(command_type::acl_bootstrap, r).ok());
  auto first = bootstrap_index(*c.now_published(), nullptr);
  CHECK(first == c.index);
  r.token = c.token_of(t2);
  CHECK(c.run(command_type::acl_bootstrap, r).error == "ACL bootstrap no longer allowed");
  r.reset_index = first + 1;
  CHECK(c.run(command_type::acl_bootstrap, r).error == "Invalid ACL bootstrap reset index");
  r.reset_index = first;
  CHECK(c.run(command_type::acl_bootstrap, r).ok());
  CHECK(bootstrap_index(*c.now_published(), nullptr) == c.index);
  CHECK(c.found({}) == std::vector{t1, t2});
}

TEST_CASE("expired tokens are found in the order in which they expired") {
  acl_cluster c;
  auto t = c.token_of(t2);
  t.expiration_time = timestamp::from_unix(std::chrono::hours(2));
  c.token(t);
  t = c.token_of(t1);
  t.expiration_time = timestamp::from_unix(std::chrono::hours(1));
  c.token(t);
  CHECK(next_expiry(*c.now_published(), nullptr) == std::optional<nanoseconds>(std::chrono::hours(1)));
  CHECK(expired_tokens(*c.now_published(), std::chrono::hours(1), 9).empty());
  auto gone = expired_tokens(*c.now_published(), std::chrono::hours(3), 9);
  REQUIRE(gone.size() == 2);
  CHECK(gone[0]->accessor_id == t1);
  c.drop_token(t1);
  c.drop_token(t2);
  CHECK_FALSE(next_expiry(*c.now_published(), nullptr));
}

TEST_CASE("a watcher of a token's grants wakes when a policy behind its role changes, and not for others") {
  acl_cluster c;
  c.policy(p1, "one");
  c.policy(p2, "two");
  c.role(r1, "role", {{p1, ""}});
  auto t = c.token_of(t1);
  t.roles = {{r1, ""}};
  c.token(t);
  watch_set watch;
  auto s = c.now_published();
  auto all = granted(*s, *find_token(*s, t1, nullptr).value, &watch);
  CHECK(all.policies.size() == 1);
  c.policy(p2, "two", "acl = \"read\"");
  CHECK_FALSE(watch.fired());
  c.policy(p1, "one", "acl = \"read\"");
  CHECK(watch.fired());
}

TEST_CASE("access control records survive a snapshot") {
  acl_cluster c;
  c.policy(p1, "one", "acl = \"read\"");
  c.role(r1, "role", {{p1, ""}});
  auto t = c.token_of(t1);
  t.policies = {{p1, ""}};
  t.roles = {{r1, ""}};
  t.node_identities = {{"n", "dc1"}};
  t.templated_policies = {{"id", "builtin/service", acl_template_variables{"web"}, {"dc1"}}};
  t.expiration_time = timestamp::from_unix(std::chrono::hours(5));
  t.create_time = timestamp::from_unix(std::chrono::hours(4));
  t.local = true;
  c.token(t);
  auto tables = read_state(archive_of(*c.now_published()));
  REQUIRE(tables);
  store again(std::move(*tables), watch_cell_ptr::make(), 1);
  CHECK(content_hash(again) == content_hash(*c.now_published()));
  CHECK(*find_token(again, t1, nullptr).value == *find_token(*c.now_published(), t1, nullptr).value);
  CHECK(list_roles(again, p1, nullptr).value.size() == 1);
  CHECK(next_expiry(again, nullptr).has_value());
}
