#pragma once

#include "protocol/acl/decisions.hpp"
#include "protocol/types/acl.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::acl {

/// Looks up roles and policies by id. Both return null for an unknown id.
struct record_source {
  std::function<acl_policy_ptr(const std::string& id)> policy;
  std::function<acl_role_ptr(const std::string& id)> role;
};

/// Everything that a token grants.
struct grants {
  std::vector<acl_policy_ptr> policies; ///< linked, or made from identities and templates; each once
  std::vector<acl_role_ptr> roles;
};

/// Follows a token's links. Ignores dangling links.
grants granted(const acl_token& token, const record_source& from);

/// Selects the policies that apply in a datacenter.
std::vector<acl_policy_ptr> in_datacenter(std::vector<acl_policy_ptr> policies, std::string_view datacenter);

/// Equal for equal policies of equal versions.
std::string key_of(const std::vector<acl_policy_ptr>& policies);

/// Merges the policies into decisions. @returns the parse error if rules are malformed
expected<decisions_ptr> compile(const std::vector<acl_policy_ptr>& policies);

} // namespace praetor::acl
