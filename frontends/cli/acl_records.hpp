#pragma once

#include "frontends/cli/agent_client.hpp"

#include <ostream>
#include <string>
#include <vector>

namespace praetor::cli {

// What the acl commands share: finding records, reading their parts from flags, printing them.

/// A kind of records as the commands speak of them.
struct acl_kind {
  const char* name;      ///< "policy"
  const char* list_path; ///< "/v1/acl/policies"
  const char* id_member; ///< "ID", of tokens "AccessorID"
};
inline constexpr acl_kind token_kind{"token", "/v1/acl/tokens", "AccessorID"};
inline constexpr acl_kind policy_kind{"policy", "/v1/acl/policies", "ID"};
inline constexpr acl_kind role_kind{"role", "/v1/acl/roles", "ID"};

/// The id that a unique beginning of one stands for.
expected<std::string> full_id(agent_client& client, const acl_kind& kind, const std::string& part);

/// The flags by which tokens and roles are given what they grant.
struct grant_flags {
  std::vector<std::string> policy_ids, policy_names, role_ids, role_names, service_identities, node_identities;
  std::string templated_policy, templated_policy_file;
  std::vector<std::string> variables;

  bool any() const;
  bool names_template() const { return !templated_policy.empty() || !templated_policy_file.empty(); }
};

expected<go_json> service_identities(const std::vector<std::string>& given);
expected<go_json> node_identities(const std::vector<std::string>& given);
/// A template by name with the variables of the flags, or those of a file.
expected<go_json> templated_policies(const std::string& name, const std::string& file,
                                     const std::vector<std::string>& variables);
/// The templates of `set` in place of those in the list, or those of `more` beside them. The variables are those of
/// `set` in both cases: there is one flag for them.
expected<void> change_templates(const grant_flags& set, const grant_flags& more, go_json& list);
/// Adds links by name and by (partial) id to a list. @param once what is linked already is not linked again
expected<void> add_links(agent_client& client, const acl_kind& kind, go_json& list,
                         const std::vector<std::string>& names, const std::vector<std::string>& ids, bool once);
/// Adds to a list what it does not have; what has the same `key` is replaced.
void merge_into(go_json& list, const go_json& more, const std::vector<std::string>& key);
/// Everything that the flags say, into an object.
expected<void> set_grants(agent_client& client, const grant_flags& flags, go_json& into);

// As the client library writes records: in its order, and with what it never leaves out.

go_json as_client_token(const go_json& token);
go_json as_client_policy(const go_json& policy);

// Printing for people.

void print_token(std::ostream& out, const go_json& token, bool with_meta);
void print_expanded_token(std::ostream& out, const go_json& token, bool with_meta);
void print_token_list(std::ostream& out, const go_json& tokens, bool with_meta);
void print_policy(std::ostream& out, const go_json& policy, bool with_meta);
void print_policy_list(std::ostream& out, const go_json& policies, bool with_meta);
void print_role(std::ostream& out, const go_json& role, bool with_meta);
void print_role_list(std::ostream& out, const go_json& roles, bool with_meta);

} // namespace praetor::cli
