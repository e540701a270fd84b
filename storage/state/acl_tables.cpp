#include "storage/state/acl_tables.hpp"
#include "protocol/base/big_endian.hpp"
#include "storage/state/tables.hpp"

#include <limits>

namespace praetor::state {

namespace {

std::string expiry_key(const acl_token& t) {
  // What nanoseconds can't count never comes, and what was before 1970 has long come.
  constexpr auto end = std::numeric_limits<std::int64_t>::max();
  bool never = t.expiration_time->seconds >= end / 1'000'000'000, passed = t.expiration_time->seconds < 0;
  auto bits = static_cast<std::uint64_t>(never ? end : passed ? 0 : t.expiration_time->since_epoch().count());
  std::string out;
  append_big_endian(out, bits);
  return out + lower_case(t.accessor_id);
}

/// Calls `visit(tree, key)` for each entry of a token in the secondary trees without values.
template <class Visit>
void each_index(acl_tables& t, const acl_token& r, Visit visit) {
  for (const auto& link : r.policies) visit(t.tokens_by_policy, tree_key({lower_case(link.id), r.secret_id}));
  for (const auto& link : r.roles) visit(t.tokens_by_role, tree_key({lower_case(link.id), r.secret_id}));
  for (const auto& one : r.service_identities)
    visit(t.tokens_by_service, tree_key({lower_case(one.service_name), r.secret_id}));
  if (!r.auth_method.empty()) visit(t.tokens_by_auth_method, tree_key({lower_case(r.auth_method), r.secret_id}));
  if (r.expires()) visit(t.tokens_by_expiry, expiry_key(r));
}

template <class V>
V found(const radix_tree<V>& tree, std::string_view key, watch_set* watch) {
  auto value = tree.find(key, watch);
  return value ? *value : V{};
}

} // namespace

void put_token(acl_tables& t, retired_parts& retired, acl_token_ptr record) {
  if (auto before = token_with_accessor(t, record->accessor_id)) remove_token(t, retired, *before);
  each_index(t, *record, [&](auto& tree, const std::string& key) { tree.set(key, {}, retired); });
  t.tokens_by_accessor.set(lower_case(record->accessor_id), record, retired);
  auto secret = record->secret_id;
  t.tokens.set(secret, std::move(record), retired);
}

void remove_token(acl_tables& t, retired_parts& retired, const acl_token& record) {
  each_index(t, record, [&](auto& tree, const std::string& key) { tree.erase(key, retired); });
  auto secret = record.secret_id, accessor = lower_case(record.accessor_id);
  t.tokens.erase(secret, retired);
  t.tokens_by_accessor.erase(accessor, retired);
}

void put_policy(acl_tables& t, retired_parts& retired, acl_policy_ptr record) {
  auto id = lower_case(record->id), name = lower_case(record->name);
  if (auto before = policy_with_id(t, id); before && lower_case(before->name) != name)
    t.policies_by_name.erase(lower_case(before->name), retired);
  t.policies_by_name.set(name, record, retired);
  t.policies.set(id, std::move(record), retired);
}

void remove_policy(acl_tables& t, retired_parts& retired, const acl_policy& record) {
  auto id = lower_case(record.id), name = lower_case(record.name);
  t.policies_by_name.erase(name, retired);
  t.policies.erase(id, retired);
}

void put_role(acl_tables& t, retired_parts& retired, acl_role_ptr record) {
  if (auto before = role_with_id(t, record->id)) remove_role(t, retired, *before);
  auto id = lower_case(record->id), name = lower_case(record->name);
  for (const auto& link : record->policies) t.roles_by_policy.set(tree_key({lower_case(link.id), name}), {}, retired);
  t.roles_by_name.set(name, record, retired);
  t.roles.set(id, std::move(record), retired);
}

void remove_role(acl_tables& t, retired_parts& retired, const acl_role& record) {
  auto id = lower_case(record.id), name = lower_case(record.name);
  for (const auto& link : record.policies) t.roles_by_policy.erase(tree_key({lower_case(link.id), name}), retired);
  t.roles_by_name.erase(name, retired);
  t.roles.erase(id, retired);
}

acl_token_ptr token_with_secret(const acl_tables& t, std::string_view secret, watch_set* watch) {
  return found(t.tokens, secret, watch);
}
acl_token_ptr token_with_accessor(const acl_tables& t, std::string_view accessor, watch_set* watch) {
  return found(t.tokens_by_accessor, lower_case(accessor), watch);
}
acl_policy_ptr policy_with_id(const acl_tables& t, std::string_view id, watch_set* watch) {
  return found(t.policies, lower_case(id), watch);
}
acl_policy_ptr policy_named(const acl_tables& t, std::string_view name, watch_set* watch) {
  return found(t.policies_by_name, lower_case(name), watch);
}
acl_role_ptr role_with_id(const acl_tables& t, std::string_view id, watch_set* watch) {
  return found(t.roles, lower_case(id), watch);
}
acl_role_ptr role_named(const acl_tables& t, std::string_view name, watch_set* watch) {
  return found(t.roles_by_name, lower_case(name), watch);
}

} // namespace praetor::state
