#pragma once

#include "actors/queries/query.hpp"
#include "protocol/types/acl.hpp"

#include <vector>

namespace praetor::queries {

// Records of access control. Whoever asks may read all of them (acl:read); the secrets of tokens are shown to callers
// that may write them as well. Tokens that have expired are still found: they end with time, which no evaluation knows.

/// A token by its accessor.
struct token_read {
  static constexpr std::string_view name = "token-read";
  struct value_type {
    acl_token_ptr token; ///< null: there is none
    std::vector<acl_policy_ptr> policies;
    std::vector<acl_role_ptr> roles;
  };

  std::string accessor;
  bool expanded = false; ///< with the policies and roles that it grants

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"TokenID"}, x.accessor);
    f(field{"Expanded"}, x.expanded);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
  bool filter(value_type& value, const acl::authorizer& who) const;
  bool is_missing(const value_type& value, bool) const { return !value.token; }
};

/// The token of a secret, for its holder; null: there is none.
struct token_self {
  static constexpr std::string_view name = "token-self";
  using value_type = acl_token_ptr;

  std::string secret;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"SecretID"}, x.secret);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
  bool is_missing(const value_type& value, bool) const { return !value; }
};

/// All tokens, or those with one thing in common.
struct token_list {
  static constexpr std::string_view name = "token-list";
  using value_type = std::vector<acl_token_ptr>;

  std::string policy, role; ///< ids
  std::string auth_method, service_name;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Policy"}, x.policy);
    f(field{"Role"}, x.role);
    f(field{"AuthMethod"}, x.auth_method);
    f(field{"ServiceName"}, x.service_name);
  }
  /// Fails if it asks for more than one thing.
  expected<void> check() const;
  /// Of a query that passes `check`; no token otherwise.
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
  bool filter(value_type& value, const acl::authorizer& who) const;
};

/// A policy by its id, or by its name if no id is given; null: there is none.
struct policy_read {
  static constexpr std::string_view name = "policy-read";
  using value_type = acl_policy_ptr;

  std::string id, policy;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"PolicyID"}, x.id);
    f(field{"PolicyName"}, x.policy);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
  bool is_missing(const value_type& value, bool) const { return !value; }
};

/// The policies, by name.
struct policy_list {
  static constexpr std::string_view name = "policy-list";
  using value_type = std::vector<acl_policy_ptr>;

  template <class F, class Self>
  static void fields(F&&, Self&) {}
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
};

/// A role by its id, or by its name if no id is given; null: there is none.
struct role_read {
  static constexpr std::string_view name = "role-read";
  using value_type = acl_role_ptr;

  std::string id, role;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"RoleID"}, x.id);
    f(field{"RoleName"}, x.role);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
  bool is_missing(const value_type& value, bool) const { return !value; }
};

/// The roles, by name.
struct role_list {
  static constexpr std::string_view name = "role-list";
  using value_type = std::vector<acl_role_ptr>;

  std::string policy; ///< only those that link to this id; empty: all

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Policy"}, x.policy);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
};

} // namespace praetor::queries
