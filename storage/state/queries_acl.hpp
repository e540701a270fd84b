#pragma once

#include "protocol/acl/grants.hpp"
#include "storage/state/queries_catalog.hpp"

#include <optional>

namespace praetor::state {

// As in queries_catalog.hpp. Links are returned with current names; dangling ones are omitted.

/// The token with this accessor, or null. Includes expired tokens.
result<acl_token_ptr> find_token(const store& s, std::string_view accessor, watch_set* watch);
result<acl_token_ptr> find_token_by_secret(const store& s, std::string_view secret, watch_set* watch);

/// Selects tokens: all, or those that match one criterion.
struct token_query {
  std::string policy, role; ///< ids
  std::string auth_method, service_name;
};
/// Fails for more than one criterion.
expected<result<std::vector<acl_token_ptr>>> list_tokens(const store& s, const token_query& q, watch_set* watch);

/// Expired tokens, oldest first.
/// @param now since 1970
std::vector<acl_token_ptr> expired_tokens(const store& s, nanoseconds now, std::size_t most);
/// When the next token expires; nothing if none does.
std::optional<nanoseconds> next_expiry(const store& s, watch_set* watch);

result<acl_policy_ptr> find_policy(const store& s, std::string_view id, watch_set* watch);
result<acl_policy_ptr> find_policy_by_name(const store& s, std::string_view name, watch_set* watch);
/// Sorted by name.
result<std::vector<acl_policy_ptr>> list_policies(const store& s, watch_set* watch);

result<acl_role_ptr> find_role(const store& s, std::string_view id, watch_set* watch);
result<acl_role_ptr> find_role_by_name(const store& s, std::string_view name, watch_set* watch);
/// Sorted by name. @param policy only those that link to this id; empty: all
result<std::vector<acl_role_ptr>> list_roles(const store& s, const std::string& policy, watch_set* watch);

/// Everything that a token grants.
acl::grants granted(const store& s, const acl_token& token, watch_set* watch);

/// The index of the ACL bootstrap; 0: not bootstrapped yet.
std::uint64_t bootstrap_index(const store& s, watch_set* watch);

} // namespace praetor::state
