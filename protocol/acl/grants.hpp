#pragma once

#include "protocol/acl/decisions.hpp"
#include "protocol/types/acl.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::acl {

/// Where roles and policies are looked up by their ids; null: there is none.
struct record_source {
  std::function<acl_policy_ptr(const std::string& id)> policy;
  std::function<acl_role_ptr(const std::string& id)> role;
};

/// Everything that a token grants.
struct grants {
  std::vector<acl_policy_ptr> policies; ///< linked, or made from identities and templates; each once
  std::vector<acl_role_ptr> roles;
};

/// Follows a token's links. Those that lead to nothing are ignored.
grants granted(const acl_token& token, const record_source& from);

/// The policies that are in force in a datacenter.
std::vector<acl_policy_ptr> in_datacenter(std::vector<acl_policy_ptr> policies, std::string_view datacenter);

/// Equal for equal policies in equal versions.
std::string key_of(const std::vector<acl_policy_ptr>& policies);

/// Makes the decisions of policies. @returns why their rules can't be read, if so
expected<decisions_ptr> compile(const std::vector<acl_policy_ptr>& policies);

} // namespace praetor::acl
