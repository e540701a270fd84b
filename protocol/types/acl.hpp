#pragma once

#include "protocol/types/field.hpp"
#include "protocol/types/values.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace praetor {

/// A link to a policy or a role. Stored by id; the name is filled in for display, because it may change.
struct acl_link {
  std::string id, name;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID"}, x.id);
    f(field{"Name"}, x.name);
  }
  bool operator==(const acl_link&) const = default;
};

/// Grants what a service and its sidecar need, without a policy of its own.
struct acl_service_identity {
  std::string service_name;
  string_list datacenters; ///< empty: all

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ServiceName"}, x.service_name);
    f(field{"Datacenters", omit_empty}, x.datacenters);
  }
  bool operator==(const acl_service_identity&) const = default;
};

/// Grants what a node's agent needs, in one datacenter.
struct acl_node_identity {
  std::string node_name, datacenter;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"NodeName"}, x.node_name);
    f(field{"Datacenter"}, x.datacenter);
  }
  bool operator==(const acl_node_identity&) const = default;
};

struct acl_template_variables {
  std::string name;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"name", omit_empty, "Name"}, x.name);
  }
  bool operator==(const acl_template_variables&) const = default;
};

/// A built-in rule template with its variables.
struct acl_templated_policy {
  std::string template_id, template_name;
  std::optional<acl_template_variables> variables;
  string_list datacenters; ///< empty: all

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"TemplateID", omit_empty}, x.template_id);
    f(field{"TemplateName", omit_empty}, x.template_name);
    f(field{"TemplateVariables", omit_empty}, x.variables);
    f(field{"Datacenters", omit_empty}, x.datacenters);
  }
  bool operator==(const acl_templated_policy&) const = default;
};

/// A secret and its permissions.
struct acl_token {
  static constexpr std::string_view type_name = "ACLToken";
  std::string accessor_id; ///< the public identifier
  std::string secret_id;   ///< the secret of requests
  std::string description;
  std::vector<acl_link> policies, roles;
  std::vector<acl_service_identity> service_identities;
  std::vector<acl_node_identity> node_identities;
  std::vector<acl_templated_policy> templated_policies;
  bool local = false;      ///< not replicated to other datacenters
  std::string auth_method; ///< the auth method of the login that created it
  std::optional<timestamp> expiration_time;
  nanoseconds expiration_ttl{0}; ///< input only: becomes expiration_time
  timestamp create_time;
  blob hash; ///< of the content, see protocol/acl/content_hash.hpp
  std::uint64_t create_index = 0, modify_index = 0;

  bool expires() const { return expiration_time && !expiration_time->is_zero(); }
  bool expired(nanoseconds now) const { return expires() && *expiration_time < timestamp::from_unix(now); }

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"AccessorID"}, x.accessor_id);
    f(field{"SecretID"}, x.secret_id);
    f(field{"Description"}, x.description);
    f(field{"Policies", omit_empty}, x.policies);
    f(field{"Roles", omit_empty}, x.roles);
    f(field{"ServiceIdentities", omit_empty}, x.service_identities);
    f(field{"NodeIdentities", omit_empty}, x.node_identities);
    f(field{"TemplatedPolicies", omit_empty}, x.templated_policies);
    f(field{"Local"}, x.local);
    f(field{"AuthMethod", omit_empty}, x.auth_method);
    f(field{"ExpirationTime", omit_empty}, x.expiration_time);
    f(field{"ExpirationTTL", omit_empty}, x.expiration_ttl);
    f(field{"CreateTime"}, x.create_time);
    f(field{"Hash"}, x.hash);
    f(field{"CreateIndex"}, x.create_index);
    f(field{"ModifyIndex"}, x.modify_index);
  }
  bool operator==(const acl_token&) const = default;
};
using acl_token_ptr = std::shared_ptr<const acl_token>;

struct acl_policy {
  static constexpr std::string_view type_name = "ACLPolicy";
  std::string id, name, description;
  std::string rules;       ///< HCL or JSON, see protocol/acl/rules.hpp
  string_list datacenters; ///< empty: all
  blob hash;
  std::uint64_t create_index = 0, modify_index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID"}, x.id);
    f(field{"Name"}, x.name);
    f(field{"Description"}, x.description);
    f(field{"Rules"}, x.rules);
    f(field{"Datacenters", omit_empty}, x.datacenters);
    f(field{"Hash"}, x.hash);
    f(field{"CreateIndex"}, x.create_index);
    f(field{"ModifyIndex"}, x.modify_index);
  }
  bool operator==(const acl_policy&) const = default;
};
using acl_policy_ptr = std::shared_ptr<const acl_policy>;

struct acl_role {
  static constexpr std::string_view type_name = "ACLRole";
  std::string id, name, description;
  std::vector<acl_link> policies;
  std::vector<acl_service_identity> service_identities;
  std::vector<acl_node_identity> node_identities;
  std::vector<acl_templated_policy> templated_policies;
  blob hash;
  std::uint64_t create_index = 0, modify_index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID"}, x.id);
    f(field{"Name"}, x.name);
    f(field{"Description"}, x.description);
    f(field{"Policies", omit_empty}, x.policies);
    f(field{"ServiceIdentities", omit_empty}, x.service_identities);
    f(field{"NodeIdentities", omit_empty}, x.node_identities);
    f(field{"TemplatedPolicies", omit_empty}, x.templated_policies);
    f(field{"Hash"}, x.hash);
    f(field{"CreateIndex"}, x.create_index);
    f(field{"ModifyIndex"}, x.modify_index);
  }
  bool operator==(const acl_role&) const = default;
};
using acl_role_ptr = std::shared_ptr<const acl_role>;

/// A way to log in: callers that an authority outside vouches for get tokens.
struct acl_auth_method {
  static constexpr std::string_view type_name = "ACLAuthMethod";
  nanoseconds max_token_ttl{0}; ///< how long tokens live; 0: until they are deleted
  std::string name, type, display_name, description;
  std::string token_locality; ///< "global"; otherwise tokens are local
  free_form config;           ///< an object, see protocol/acl/auth/settings.hpp
  std::uint64_t create_index = 0, modify_index = 0;

  bool makes_global_tokens() const { return token_locality == "global"; }

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"MaxTokenTTL", omit_empty | duration_text}, x.max_token_ttl);
    f(field{"Name"}, x.name);
    f(field{"Type"}, x.type);
    f(field{"DisplayName", omit_empty}, x.display_name);
    f(field{"Description", omit_empty}, x.description);
    f(field{"TokenLocality", omit_empty}, x.token_locality);
    f(field{"Config"}, x.config);
    f(field{"CreateIndex"}, x.create_index);
    f(field{"ModifyIndex"}, x.modify_index);
  }
  bool operator==(const acl_auth_method&) const = default;
};
using acl_auth_method_ptr = std::shared_ptr<const acl_auth_method>;

/// What a login by a method is granted if its caller matches.
struct acl_binding_rule {
  static constexpr std::string_view type_name = "ACLBindingRule";
  std::string id, description, auth_method;
  std::string selector;             ///< a filter over the caller's fields; empty: everybody
  std::string bind_type, bind_name; ///< see protocol/acl/auth/binding.hpp
  std::optional<acl_template_variables> bind_vars;
  std::uint64_t create_index = 0, modify_index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID"}, x.id);
    f(field{"Description"}, x.description);
    f(field{"AuthMethod"}, x.auth_method);
    f(field{"Selector"}, x.selector);
    f(field{"BindType"}, x.bind_type);
    f(field{"BindName"}, x.bind_name);
    f(field{"BindVars", omit_empty}, x.bind_vars);
    f(field{"CreateIndex"}, x.create_index);
    f(field{"ModifyIndex"}, x.modify_index);
  }
  bool operator==(const acl_binding_rule&) const = default;
};
using acl_binding_rule_ptr = std::shared_ptr<const acl_binding_rule>;

// ---- Commands of the log

/// Creates the initial management token, without requiring a token.
struct acl_bootstrap_request {
  acl_token token;
  std::uint64_t reset_index = 0; ///< 0: only before the first bootstrap; otherwise the index of the last one

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Token"}, x.token);
    f(field{"ResetIndex"}, x.reset_index);
  }
};

struct acl_token_set_request {
  std::vector<acl_token_ptr> tokens;
  bool cas = false;                   ///< compare-and-set on the stored ModifyIndex
  bool allow_missing_links = false;   ///< links may dangle
  bool prohibit_unprivileged = false; ///< a token without permissions is rejected
  bool from_replication = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Tokens"}, x.tokens);
    f(field{"CAS"}, x.cas);
    f(field{"AllowMissingLinks"}, x.allow_missing_links);
    f(field{"ProhibitUnprivileged"}, x.prohibit_unprivileged);
    f(field{"FromReplication"}, x.from_replication);
  }
};

struct acl_token_delete_request {
  string_list token_ids; ///< accessors

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"TokenIDs"}, x.token_ids);
  }
};

struct acl_policy_set_request {
  std::vector<acl_policy_ptr> policies;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Policies"}, x.policies);
  }
};

struct acl_policy_delete_request {
  string_list policy_ids;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"PolicyIDs"}, x.policy_ids);
  }
};

struct acl_role_set_request {
  std::vector<acl_role_ptr> roles;
  bool allow_missing_links = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Roles"}, x.roles);
    f(field{"AllowMissingLinks"}, x.allow_missing_links);
  }
};

struct acl_role_delete_request {
  string_list role_ids;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"RoleIDs"}, x.role_ids);
  }
};

struct acl_binding_rule_set_request {
  std::vector<acl_binding_rule_ptr> rules;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"BindingRules"}, x.rules);
  }
};

struct acl_binding_rule_delete_request {
  string_list rule_ids;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"BindingRuleIDs"}, x.rule_ids);
  }
};

struct acl_auth_method_set_request {
  std::vector<acl_auth_method_ptr> methods;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"AuthMethods"}, x.methods);
  }
};

struct acl_auth_method_delete_request {
  string_list method_names;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"AuthMethodNames"}, x.method_names);
  }
};

} // namespace praetor
