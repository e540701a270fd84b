#pragma once

#include "protocol/types/acl.hpp"
#include "storage/state/radix_tree.hpp"

#include <string_view>

namespace praetor::state {

/// For secondary indexes whose key says it all.
struct present {};

/// Who may do what. Ids and names are keys in lower case, secrets as they are.
struct acl_tables {
  radix_tree<acl_token_ptr> tokens;             ///< secret
  radix_tree<acl_token_ptr> tokens_by_accessor; ///< accessor
  radix_tree<present> tokens_by_policy;         ///< policy id, secret
  radix_tree<present> tokens_by_role;           ///< role id, secret
  radix_tree<present> tokens_by_service;        ///< name of a service identity, secret
  radix_tree<present> tokens_by_auth_method;    ///< auth method, secret
  radix_tree<present> tokens_by_expiry;         ///< nanoseconds since 1970 (8 bytes, big endian), accessor
  radix_tree<acl_policy_ptr> policies;          ///< id
  radix_tree<acl_policy_ptr> policies_by_name;  ///< name
  radix_tree<acl_role_ptr> roles;               ///< id
  radix_tree<acl_role_ptr> roles_by_name;       ///< name
  radix_tree<present> roles_by_policy;          ///< policy id, role name
};

// Keys of the index table.
inline constexpr std::string_view acl_tokens_key = "acl-tokens", acl_policies_key = "acl-policies",
                                  acl_roles_key = "acl-roles", acl_bootstrap_key = "acl-token-bootstrap";

// Writing one record with all its secondary indexes; no rules, no index table.

void put_token(acl_tables& t, retired_parts& retired, acl_token_ptr record);
void remove_token(acl_tables& t, retired_parts& retired, const acl_token& record);
void put_policy(acl_tables& t, retired_parts& retired, acl_policy_ptr record);
void remove_policy(acl_tables& t, retired_parts& retired, const acl_policy& record);
void put_role(acl_tables& t, retired_parts& retired, acl_role_ptr record);
void remove_role(acl_tables& t, retired_parts& retired, const acl_role& record);

// Look-ups; null: there is none. Ids and names without regard to case.

acl_token_ptr token_with_secret(const acl_tables& t, std::string_view secret, watch_set* watch = nullptr);
acl_token_ptr token_with_accessor(const acl_tables& t, std::string_view accessor, watch_set* watch = nullptr);
acl_policy_ptr policy_with_id(const acl_tables& t, std::string_view id, watch_set* watch = nullptr);
acl_policy_ptr policy_named(const acl_tables& t, std::string_view name, watch_set* watch = nullptr);
acl_role_ptr role_with_id(const acl_tables& t, std::string_view id, watch_set* watch = nullptr);
acl_role_ptr role_named(const acl_tables& t, std::string_view name, watch_set* watch = nullptr);

} // namespace praetor::state
