#include "storage/state/queries_acl.hpp"

#include "protocol/base/big_endian.hpp"
#include "storage/state/index_table.hpp"
#include "storage/state/reading.hpp"

namespace praetor::state {

namespace {

/// Links with current names, without dangling ones.
template <class Find>
std::vector<acl_link> followed(const std::vector<acl_link>& links, Find find) {
  std::vector<acl_link> out;
  for (const auto& link : links)
    if (auto target = find(link.id)) out.push_back({link.id, target->name});
  return out;
}

acl_token_ptr shown(const acl_tables& t, const acl_token_ptr& token, watch_set* watch) {
  if (!token || (token->policies.empty() && token->roles.empty())) return token;
  auto out = std::make_shared<acl_token>(*token);
  out->policies = followed(token->policies, [&](const std::string& id) { return policy_with_id(t, id, watch); });
  out->roles = followed(token->roles, [&](const std::string& id) { return role_with_id(t, id, watch); });
  return out;
}

acl_role_ptr shown(const acl_tables& t, const acl_role_ptr& role, watch_set* watch) {
  if (!role || role->policies.empty()) return role;
  auto out = std::make_shared<acl_role>(*role);
  out->policies = followed(role->policies, [&](const std::string& id) { return policy_with_id(t, id, watch); });
  return out;
}

/// The last part of a key of two. Only the last part may contain a zero byte.
std::string_view last_part(std::string_view key) { return key.substr(key.find('\0') + 1); }

nanoseconds expiry_in(std::string_view key) { return nanoseconds{static_cast<std::int64_t>(number_of_key(key))}; }

} // namespace

result<acl_token_ptr> find_token(const store& s, std::string_view accessor, watch_set* watch) {
  reading r(s, watch);
  auto found = token_with_accessor(r.t.acl, accessor, watch);
  return r.done(index_value(r.t, acl_tokens_key), shown(r.t.acl, found, watch));
}

result<acl_token_ptr> find_token_by_secret(const store& s, std::string_view secret, watch_set* watch) {
  reading r(s, watch);
  auto found = token_with_secret(r.t.acl, secret, watch);
  return r.done(index_value(r.t, acl_tokens_key), shown(r.t.acl, found, watch));
}

expected<result<std::vector<acl_token_ptr>>> list_tokens(const store& s, const token_query& q, watch_set* watch) {
  reading r(s, watch);
  const auto& t = r.t.acl;
  struct filter {
    const std::string& wanted;
    const radix_tree<present>& tree;
  };
  const filter* by = nullptr;
  const filter filters[] = {{q.policy, t.tokens.by<"policy">()},
                            {q.role, t.tokens.by<"role">()},
                            {q.auth_method, t.tokens.by<"auth_method">()},
                            {q.service_name, t.tokens.by<"service">()}};
  for (const auto& one : filters) {
    if (one.wanted.empty()) continue;
    if (by) return fail("can only filter by one of policy, role, serviceName, or methodName at a time");
    by = &one;
  }
  std::vector<acl_token_ptr> out;
  if (by) {
    by->tree.for_each(tree_prefix({lower_case(by->wanted)}), watch, [&](std::string_view key, const present&) {
      if (auto found = token_with_secret(t, last_part(key), watch)) out.push_back(shown(t, found, watch));
    });
  } else {
    t.tokens.for_each({}, watch,
                      [&](std::string_view, const acl_token_ptr& one) { out.push_back(shown(t, one, watch)); });
  }
  return r.done(index_value(r.t, acl_tokens_key), std::move(out));
}

std::vector<acl_token_ptr> expired_tokens(const store& s, nanoseconds now, std::size_t most) {
  const auto& t = s.tables().acl;
  std::vector<acl_token_ptr> out;
  t.tokens.by<"expiry">().for_each({}, nullptr, [&](std::string_view key, const present&) {
    if (expiry_in(key) >= now || out.size() == most) return false;
    if (auto found = token_with_accessor(t, key.substr(8))) out.push_back(std::move(found));
    return true;
  });
  return out;
}

std::optional<nanoseconds> next_expiry(const store& s, watch_set* watch) {
  reading r(s, watch);
  std::optional<nanoseconds> out;
  r.t.acl.tokens.by<"expiry">().for_each({}, watch, [&](std::string_view key, const present&) {
    out = expiry_in(key);
    return false;
  });
  return out;
}

result<acl_policy_ptr> find_policy(const store& s, std::string_view id, watch_set* watch) {
  reading r(s, watch);
  return r.done(index_value(r.t, acl_policies_key), policy_with_id(r.t.acl, id, watch));
}

result<acl_policy_ptr> find_policy_by_name(const store& s, std::string_view name, watch_set* watch) {
  reading r(s, watch);
  return r.done(index_value(r.t, acl_policies_key), policy_named(r.t.acl, name, watch));
}

result<std::vector<acl_policy_ptr>> list_policies(const store& s, watch_set* watch) {
  reading r(s, watch);
  std::vector<acl_policy_ptr> out;
  r.t.acl.policies.by<"name">().for_each({}, watch,
                                         [&](std::string_view, const acl_policy_ptr& one) { out.push_back(one); });
  return r.done(index_value(r.t, acl_policies_key), std::move(out));
}

result<acl_role_ptr> find_role(const store& s, std::string_view id, watch_set* watch) {
  reading r(s, watch);
  auto found = role_with_id(r.t.acl, id, watch);
  return r.done(index_value(r.t, acl_roles_key), shown(r.t.acl, found, watch));
}

result<acl_role_ptr> find_role_by_name(const store& s, std::string_view name, watch_set* watch) {
  reading r(s, watch);
  auto found = role_named(r.t.acl, name, watch);
  return r.done(index_value(r.t, acl_roles_key), shown(r.t.acl, found, watch));
}

result<std::vector<acl_role_ptr>> list_roles(const store& s, const std::string& policy, watch_set* watch) {
  reading r(s, watch);
  const auto& t = r.t.acl;
  std::vector<acl_role_ptr> out;
  if (policy.empty())
    t.roles.by<"name">().for_each(
        {}, watch, [&](std::string_view, const acl_role_ptr& one) { out.push_back(shown(t, one, watch)); });
  else
    t.roles.by<"policy">().for_each(tree_prefix({lower_case(policy)}), watch,
                                    [&](std::string_view key, const present&) {
                                      if (auto found = role_named(t, last_part(key), watch))
                                        out.push_back(shown(t, found, watch));
                                    });
  return r.done(index_value(r.t, acl_roles_key), std::move(out));
}

acl::grants granted(const store& s, const acl_token& token, watch_set* watch) {
  const auto& t = s.tables().acl;
  return acl::granted(token, {[&](const std::string& id) { return policy_with_id(t, id, watch); },
                              [&](const std::string& id) { return role_with_id(t, id, watch); }});
}

std::uint64_t bootstrap_index(const store& s, watch_set* watch) {
  reading r(s, watch);
  auto found = r.t.indexes.find(acl_bootstrap_key, watch);
  return found ? *found : 0;
}

} // namespace praetor::state
