#include "storage/state/acl_tables.hpp"

#include "storage/state/tree_key.hpp"

#include <limits>

namespace praetor::state {

namespace {

/// One key per element: the value of `target`, then `last`.
template <class Element, class Target>
string_list link_keys(const std::vector<Element>& links, std::string_view last, Target target) {
  string_list out;
  for (const auto& link : links) out.push_back(tree_key({lower_case(target(link)), last}));
  return out;
}

const std::string& id_of(const acl_link& link) { return link.id; }

template <class V>
V found(const radix_tree<V>& tree, std::string_view key, watch_set* watch) {
  auto value = tree.find(key, watch);
  return value ? *value : V{};
}

} // namespace

std::string token_schema::by_accessor(const acl_token& t) { return lower_case(t.accessor_id); }
string_list token_schema::by_policy(const acl_token& t) { return link_keys(t.policies, t.secret_id, id_of); }
string_list token_schema::by_role(const acl_token& t) { return link_keys(t.roles, t.secret_id, id_of); }
string_list token_schema::by_service(const acl_token& t) {
  return link_keys(
      t.service_identities, t.secret_id, [](const acl_service_identity& one) -> auto& { return one.service_name; });
}
std::string token_schema::by_auth_method(const acl_token& t) {
  return t.auth_method.empty() ? std::string{} : tree_key({lower_case(t.auth_method), t.secret_id});
}
std::string token_schema::by_expiry(const acl_token& t) {
  if (!t.expires()) return {};
  // A time beyond the range of nanoseconds never comes; one before 1970 has passed.
  constexpr auto end = std::numeric_limits<std::int64_t>::max();
  bool never = t.expiration_time->seconds >= end / 1'000'000'000, passed = t.expiration_time->seconds < 0;
  auto at = never ? end : passed ? 0 : t.expiration_time->since_epoch().count();
  return numbered_key(static_cast<std::uint64_t>(at), lower_case(t.accessor_id));
}
void key_parts(const acl_token& t, key_visitor& visit) {
  visit.part("AccessorID", t.accessor_id);
  visit.part("SecretID", t.secret_id);
  visit.part("AuthMethod", t.auth_method);
  for (const auto& link : t.policies) visit.part("Policies.ID", link.id);
  for (const auto& link : t.roles) visit.part("Roles.ID", link.id);
  for (const auto& one : t.service_identities) visit.part("ServiceIdentities.ServiceName", one.service_name);
}
void key_parts(const acl_policy& p, key_visitor& visit) {
  visit.part("ID", p.id);
  visit.part("Name", p.name);
}

string_list role_schema::by_policy(const acl_role& r) { return link_keys(r.policies, lower_case(r.name), id_of); }
void key_parts(const acl_role& r, key_visitor& visit) {
  visit.part("ID", r.id);
  visit.part("Name", r.name);
  for (const auto& link : r.policies) visit.part("Policies.ID", link.id);
}

acl_token_ptr token_with_secret(const acl_tables& t, std::string_view secret, watch_set* watch) {
  return t.tokens.at(secret, watch);
}
acl_token_ptr token_with_accessor(const acl_tables& t, std::string_view accessor, watch_set* watch) {
  return found(t.tokens.by<"accessor">(), lower_case(accessor), watch);
}
acl_policy_ptr policy_with_id(const acl_tables& t, std::string_view id, watch_set* watch) {
  return t.policies.at(lower_case(id), watch);
}
acl_policy_ptr policy_named(const acl_tables& t, std::string_view name, watch_set* watch) {
  return found(t.policies.by<"name">(), lower_case(name), watch);
}
acl_role_ptr role_with_id(const acl_tables& t, std::string_view id, watch_set* watch) {
  return t.roles.at(lower_case(id), watch);
}
acl_role_ptr role_named(const acl_tables& t, std::string_view name, watch_set* watch) {
  return found(t.roles.by<"name">(), lower_case(name), watch);
}

} // namespace praetor::state
