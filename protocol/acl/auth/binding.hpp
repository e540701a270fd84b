#pragma once

#include "protocol/acl/auth/identity.hpp"
#include "protocol/types/acl.hpp"

#include <functional>
#include <string>
#include <vector>

namespace praetor::acl::auth {

/// The kinds of bindings.
namespace bind_type {
inline constexpr std::string_view service = "service", node = "node", role = "role", policy = "policy",
                                  templated_policy = "templated-policy";
} // namespace bind_type

/// Checks a rule that is to be written: its selector and its names with the fields of an identity of its method.
/// @param blank of the method
/// @returns Consul's error
expected<void> check_rule(const acl_binding_rule& rule, const identity& blank);

/// What rules are bound to.
struct binding_source {
  std::vector<acl_binding_rule_ptr> rules; ///< of the method
  std::function<acl_policy_ptr(const std::string& name)> policy;
  std::function<acl_role_ptr(const std::string& name)> role;
  std::string datacenter;
};

/// What a login is granted: the links and identities of its token.
struct bindings {
  std::vector<acl_link> policies, roles;
  std::vector<acl_service_identity> service_identities;
  std::vector<acl_node_identity> node_identities;
  std::vector<acl_templated_policy> templated_policies;

  bool empty() const {
    return policies.empty() && roles.empty() && service_identities.empty() && node_identities.empty() &&
           templated_policies.empty();
  }
};

/// Applies the rules whose selectors match. Names of policies and roles that do not exist are left out.
expected<bindings> bind(const identity& who, const binding_source& from);

/// "token created via login", with the metadata of the login as JSON.
std::string token_description(const string_map& meta);

} // namespace praetor::acl::auth
