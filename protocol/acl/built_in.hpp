#pragma once

#include "protocol/types/acl.hpp"
#include "protocol/types/error.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace praetor::acl {

inline constexpr std::string_view global_management_id = "00000000-0000-0000-0000-000000000001";
inline constexpr std::string_view global_read_only_id = "00000000-0000-0000-0000-000000000002";
/// Stands for the token of a request that carries none.
inline constexpr std::string_view anonymous_secret = "anonymous";
inline constexpr std::string_view reserved_id_prefix = "00000000-0000-0000-0000-0000000000";

/// The policies of every cluster, without hash and indexes. Their rules can't be changed.
const std::array<acl_policy, 2>& built_in_policies();
/// The built-in policy with this id, or null.
const acl_policy* built_in_policy(std::string_view id);

/// A built-in template of rules.
struct policy_template {
  std::string_view name, id;
  std::string_view text;   ///< of the rules, "{{.Name}}" where the name goes
  std::string_view schema; ///< JSON schema of the variables; empty: there are none
  std::string_view description;
};
/// Sorted by name.
std::span<const policy_template> policy_templates();
/// The template with this name, or null.
const policy_template* find_template(std::string_view name);

/// Checks the variables of a templated policy.
expected<void> check_variables(const policy_template& t, const acl_templated_policy& p);

/// Expands a template with its variables. Equal rules have equal ids.
expected<acl_policy> synthetic_policy(const acl_templated_policy& p);
acl_policy synthetic_policy(const acl_service_identity& identity);
acl_policy synthetic_policy(const acl_node_identity& identity);

// Valid names.

bool is_identity_name(std::string_view name); ///< of a service or node identity
bool is_role_name(std::string_view name);
bool is_auth_method_name(std::string_view name);
expected<void> check_policy_name(std::string_view name);

} // namespace praetor::acl
