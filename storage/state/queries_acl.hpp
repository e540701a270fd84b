#pragma once

#include "protocol/acl/grants.hpp"
#include "storage/state/queries_catalog.hpp"

#include <optional>

namespace praetor::state {

// As in queries_catalog.hpp. Links are shown with the names that they have now; those that lead to nothing are left
// out.

/// The token of that accessor, or null. Expired ones are found as well.
result<acl_token_ptr> find_token(const store& s, std::string_view accessor, watch_set* watch);
result<acl_token_ptr> find_token_by_secret(const store& s, std::string_view secret, watch_set* watch);

/// Which tokens are wanted: all, or those with one thing in common.
struct token_query {
  std::string policy, role; ///< ids
  std::string auth_method, service_name;
};
/// Fails if more than one thing is asked for.
expected<result<std::vector<acl_token_ptr>>> list_tokens(const store& s, const token_query& q, watch_set* watch);

/// The tokens that have expired, oldest first.
/// @param now since 1970
std::vector<acl_token_ptr> expired_tokens(const store& s, nanoseconds now, std::size_t most);
/// When the next token expires; nothing: none ever does.
std::optional<nanoseconds> next_expiry(const store& s, watch_set* watch);

result<acl_policy_ptr> find_policy(const store& s, std::string_view id, watch_set* watch);
result<acl_policy_ptr> find_policy_by_name(const store& s, std::string_view name, watch_set* watch);
/// By name.
result<std::vector<acl_policy_ptr>> list_policies(const store& s, watch_set* watch);

result<acl_role_ptr> find_role(const store& s, std::string_view id, watch_set* watch);
result<acl_role_ptr> find_role_by_name(const store& s, std::string_view name, watch_set* watch);
/// By name. @param policy only those that link to this id; empty: all
result<std::vector<acl_role_ptr>> list_roles(const store& s, const std::string& policy, watch_set* watch);

/// Everything that a token grants.
acl::grants granted(const store& s, const acl_token& token, watch_set* watch);

/// The index at which the first management token was made; 0: it has not been.
std::uint64_t bootstrap_index(const store& s, watch_set* watch);

} // namespace praetor::state
