#pragma once

#include "protocol/types/acl.hpp"
#include "storage/state/key_parts.hpp"
#include "storage/state/table.hpp"

#include <string_view>

namespace praetor::state {

// Keys of the index table.
inline constexpr std::string_view acl_tokens_key = "acl-tokens", acl_policies_key = "acl-policies",
                                  acl_roles_key = "acl-roles", acl_bootstrap_key = "acl-token-bootstrap";

// The ACL tables. Ids and names are lower-cased in keys, secrets are unchanged.

struct token_schema {
  using record = acl_token;
  static constexpr std::string_view name = "acl_tokens", index_row = acl_tokens_key;
  static constexpr auto kind = command_type::acl_token_set;

  static std::string_view key(const acl_token& t) { return t.secret_id; }
  static std::string by_accessor(const acl_token& t);
  static string_list by_policy(const acl_token& t);      ///< policy id, secret
  static string_list by_role(const acl_token& t);        ///< role id, secret
  static string_list by_service(const acl_token& t);     ///< name of a service identity, secret
  static std::string by_auth_method(const acl_token& t); ///< auth method, secret
  static std::string by_expiry(const acl_token& t);      ///< nanoseconds since 1970 (8 bytes, big-endian), accessor
  using indexes = index_list<table_index<"accessor", by_accessor, index_flags::unique>,
                             table_index<"policy", by_policy, index_flags::keys_only>,
                             table_index<"role", by_role, index_flags::keys_only>,
                             table_index<"service", by_service, index_flags::keys_only>,
                             table_index<"auth_method", by_auth_method, index_flags::keys_only>,
                             table_index<"expiry", by_expiry, index_flags::keys_only>>;
};
void key_parts(const acl_token& t, key_visitor& visit);

struct policy_schema {
  using record = acl_policy;
  static constexpr std::string_view name = "acl_policies", index_row = acl_policies_key;
  static constexpr auto kind = command_type::acl_policy_set;

  static std::string key(const acl_policy& p) { return lower_case(p.id); }
  static std::string by_name(const acl_policy& p) { return lower_case(p.name); }
  using indexes = index_list<table_index<"name", by_name, index_flags::unique>>;
};
void key_parts(const acl_policy& p, key_visitor& visit);

struct role_schema {
  using record = acl_role;
  static constexpr std::string_view name = "acl_roles", index_row = acl_roles_key;
  static constexpr auto kind = command_type::acl_role_set;

  static std::string key(const acl_role& r) { return lower_case(r.id); }
  static std::string by_name(const acl_role& r) { return lower_case(r.name); }
  static string_list by_policy(const acl_role& r); ///< policy id, role name
  using indexes = index_list<table_index<"name", by_name, index_flags::unique>,
                             table_index<"policy", by_policy, index_flags::keys_only>>;
};
void key_parts(const acl_role& r, key_visitor& visit);

struct acl_tables {
  table<token_schema> tokens;
  table<policy_schema> policies;
  table<role_schema> roles;
};

// Lookups return null if there is no such record. Ids and names are case-insensitive.

acl_token_ptr token_with_secret(const acl_tables& t, std::string_view secret, watch_set* watch = nullptr);
acl_token_ptr token_with_accessor(const acl_tables& t, std::string_view accessor, watch_set* watch = nullptr);
acl_policy_ptr policy_with_id(const acl_tables& t, std::string_view id, watch_set* watch = nullptr);
acl_policy_ptr policy_named(const acl_tables& t, std::string_view name, watch_set* watch = nullptr);
acl_role_ptr role_with_id(const acl_tables& t, std::string_view id, watch_set* watch = nullptr);
acl_role_ptr role_named(const acl_tables& t, std::string_view name, watch_set* watch = nullptr);

} // namespace praetor::state
