#pragma once

#include "frontends/cli/agent_client.hpp"

#include <ostream>
#include <string>
#include <vector>

namespace praetor::cli {

// Shared by the acl commands: finding records, building them from flags, printing them.

/// A kind of ACL records, as the commands name it.
struct acl_kind {
  const char* name;      ///< "policy"
  const char* list_path; ///< "/v1/acl/policies"
  const char* id_member; ///< "ID"; for tokens "AccessorID"
};
inline constexpr acl_kind token_kind{"token", "/v1/acl/tokens", "AccessorID"};
inline constexpr acl_kind policy_kind{"policy", "/v1/acl/policies", "ID"};
inline constexpr acl_kind role_kind{"role", "/v1/acl/roles", "ID"};

/// The full id for a unique prefix.
expected<std::string> full_id(agent_client& client, const acl_kind& kind, const std::string& part);

/// The flags for the grants of tokens and roles.
struct grant_flags {
  std::vector<std::string> policy_ids, policy_names, role_ids, role_names, service_identities, node_identities;
  std::string templated_policy, templated_policy_file;
  std::vector<std::string> variables;

  bool any() const;
  bool names_template() const { return !templated_policy.empty() || !templated_policy_file.empty(); }
};

expected<go_json> service_identities(const std::vector<std::string>& given);
expected<go_json> node_identities(const std::vector<std::string>& given);
/// The named template with variables from the flags, or the templates of a file.
expected<go_json> templated_policies(const std::string& name, const std::string& file,
                                     const std::vector<std::string>& variables);
/// Replaces the templates in the list by those of `set`, or adds those of `more`. The variables come from `set` in both
/// cases, because there is only one flag for them.
expected<void> change_templates(const grant_flags& set, const grant_flags& more, go_json& list);
/// Adds links by name and by (partial) id to a list. @param once do not link what is linked already
expected<void> add_links(agent_client& client, const acl_kind& kind, go_json& list,
                         const std::vector<std::string>& names, const std::vector<std::string>& ids, bool once);
/// Merges `more` into a list; an element with the same `key` is replaced.
void merge_into(go_json& list, const go_json& more, const std::vector<std::string>& key);
/// Sets all grants of the flags in an object.
expected<void> set_grants(agent_client& client, const grant_flags& flags, go_json& into);

// Records as Consul's Go client encodes them: in its member order, and with the members that it never omits.

go_json as_client_token(const go_json& token);
go_json as_client_policy(const go_json& policy);

// Human-readable output.

void print_token(std::ostream& out, const go_json& token, bool with_meta);
void print_expanded_token(std::ostream& out, const go_json& token, bool with_meta);
void print_token_list(std::ostream& out, const go_json& tokens, bool with_meta);
void print_policy(std::ostream& out, const go_json& policy, bool with_meta);
void print_policy_list(std::ostream& out, const go_json& policies, bool with_meta);
void print_role(std::ostream& out, const go_json& role, bool with_meta);
void print_role_list(std::ostream& out, const go_json& roles, bool with_meta);

} // namespace praetor::cli
