#include "frontends/cli/acl_records.hpp"
#include "protocol/acl/built_in.hpp"
#include "protocol/base/hex.hpp"
#include "protocol/codec/base64.hpp"
#include "protocol/types/acl.hpp"
#include "protocol/types/values.hpp"

#include <map>
#include <utility>

namespace praetor::cli {

namespace {

/// Prints "2026-11-20T20:33:19.385672401Z" as "2026-11-20 20:33:19.385672401 +0000 UTC".
std::string time_text(std::string text) {
  if (auto t = text.find('T'); t != text.npos) text[t] = ' ';
  if (text.ends_with('Z')) text.replace(text.size() - 1, 1, " +0000 UTC");
  return text;
}

std::string hash_text(const go_json& record) { return hex(base64_decode(text_of(record, "Hash")).value_or("")); }

string_list texts(const go_json& list) {
  string_list out;
  for (const auto& one : list)
    if (one.is_string()) out.push_back(one.get<std::string>());
  return out;
}

std::string joined(const go_json& datacenters) {
  std::string out;
  for (const auto& dc : texts(datacenters)) out += (out.empty() ? "" : ", ") + dc;
  return out;
}

std::string datacenters_of(const go_json& record) {
  auto all = joined(member_of(record, "Datacenters"));
  return all.empty() ? "all" : all;
}

std::string variable_of(const go_json& templated) { return text_of(member_of(templated, "TemplateVariables"), "name"); }

void print_meta(std::ostream& out, const go_json& record, const std::string& indent, std::size_t width) {
  auto line = [&](std::string label, const std::string& value) {
    label.resize(width, ' ');
    out << indent << label << value << '\n';
  };
  line("Hash:", hash_text(record));
  line("Create Index:", std::to_string(number_of(record, "CreateIndex")));
  line("Modify Index:", std::to_string(number_of(record, "ModifyIndex")));
}

/// Prints a heading and then each element, if the list is not empty.
template <class Print>
void section(std::ostream& out, const go_json& record, const char* member, const std::string& heading, Print print) {
  const auto& list = member_of(record, member);
  if (!list.is_array() || list.empty()) return;
  out << heading << '\n';
  for (const auto& one : list) print(one);
}

/// Prints the grants of a token or role. @param indent of the headings
void print_grants(std::ostream& out, const go_json& record, const std::string& indent) {
  auto deeper = indent + "   ";
  auto link = [&](const go_json& one) { out << deeper << text_of(one, "ID") << " - " << text_of(one, "Name") << '\n'; };
  section(out, record, "Policies", indent + "Policies:", link);
  section(out, record, "Roles", indent + "Roles:", link);
  section(out, record, "ServiceIdentities", indent + "Service Identities:", [&](const go_json& one) {
    out << deeper << text_of(one, "ServiceName") << " (Datacenters: " << datacenters_of(one) << ")\n";
  });
  section(out, record, "NodeIdentities", indent + "Node Identities:", [&](const go_json& one) {
    out << deeper << text_of(one, "NodeName") << " (Datacenter: " << text_of(one, "Datacenter") << ")\n";
  });
  section(out, record, "TemplatedPolicies", indent + "Templated Policies:", [&](const go_json& one) {
    out << deeper << text_of(one, "TemplateName") << '\n';
    if (auto name = variable_of(one); !name.empty()) out << deeper << "   Name: " << name << '\n';
    out << deeper << "   Datacenters: " << datacenters_of(one) << '\n';
  });
}

void print_token_head(std::ostream& out, const go_json& t, bool with_meta) {
  out << "AccessorID:       " << text_of(t, "AccessorID") << "\nSecretID:         " << text_of(t, "SecretID")
      << "\nDescription:      " << text_of(t, "Description")
      << "\nLocal:            " << (flag_of(t, "Local") ? "true" : "false") << '\n';
  if (auto method = text_of(t, "AuthMethod"); !method.empty())
    out << "Auth Method:      " << method << " (Namespace: )\n";
  out << "Create Time:      " << time_text(text_of(t, "CreateTime")) << '\n';
  if (auto end = text_of(t, "ExpirationTime"); !end.empty()) out << "Expiration Time:  " << time_text(end) << '\n';
  if (with_meta) print_meta(out, t, "", 18);
}

/// Prints a policy's rules, indenting each line but the first.
void print_rules(std::ostream& out, const std::string& rules, const std::string& indent) {
  for (auto c : rules) {
    out << c;
    if (c == '\n') out << indent;
  }
  out << "\n\n";
}

void print_synthetic(std::ostream& out, const acl_policy& p, const std::string& indent) {
  out << indent << "\tDescription: " << p.description << '\n' << indent << "\tRules:";
  print_rules(out, p.rules, indent + "\t\t");
}

using records_by_id = std::map<std::string, go_json>;

records_by_id by_id(const go_json& list) {
  records_by_id out;
  for (const auto& one : list) out[text_of(one, "ID")] = one;
  return out;
}

/// Prints the identities and templates of a token or role, with the policies that they expand to.
void print_expanded_identities(std::ostream& out, const go_json& record, const std::string& heading_indent) {
  auto indent = heading_indent + "\t";
  section(out, record, "ServiceIdentities", heading_indent + "Service Identities:", [&](const go_json& one) {
    out << indent << "Name: " << text_of(one, "ServiceName") << " (Datacenters: " << datacenters_of(one) << ")\n";
    print_synthetic(out, acl::synthetic_policy(acl_service_identity{text_of(one, "ServiceName"), {}}), indent);
  });
  section(out, record, "NodeIdentities", heading_indent + "Node Identities:", [&](const go_json& one) {
    out << indent << "Name: " << text_of(one, "NodeName") << " (Datacenter: " << text_of(one, "Datacenter") << ")\n";
    print_synthetic(out, acl::synthetic_policy(acl_node_identity{text_of(one, "NodeName"), {}}), indent);
  });
  section(out, record, "TemplatedPolicies", heading_indent + "Templated Policies:", [&](const go_json& one) {
    acl_templated_policy p;
    p.template_name = text_of(one, "TemplateName");
    auto name = variable_of(one);
    if (!name.empty()) p.variables = acl_template_variables{name};
    out << indent << p.template_name << '\n';
    if (!name.empty()) out << indent << "\tName: " << name << '\n';
    out << indent << "\tDatacenters: " << datacenters_of(one) << '\n';
    if (auto made = acl::synthetic_policy(p)) print_synthetic(out, *made, indent);
  });
}

void print_expanded_policies(std::ostream& out, const go_json& record, const records_by_id& policies,
                             const std::string& heading_indent) {
  auto indent = heading_indent + "\t";
  section(out, record, "Policies", heading_indent + "Policies:", [&](const go_json& link) {
    auto it = policies.find(text_of(link, "ID"));
    if (it == policies.end()) return;
    const auto& p = it->second;
    out << indent << "Policy Name: " << text_of(p, "Name") << '\n'
        << indent << "\tID: " << text_of(p, "ID") << '\n'
        << indent << "\tDescription: " << text_of(p, "Description") << '\n'
        << indent << "\tRules:\n"
        << indent << "\t\t";
    print_rules(out, text_of(p, "Rules"), indent + "\t\t");
  });
}

} // namespace

go_json as_client_token(const go_json& token) {
  auto out = go_json::object();
  for (const char* member : {"CreateIndex", "ModifyIndex"}) out[member] = number_of(token, member);
  if (token.is_object())
    for (const auto& [member, value] : token.items()) out[member] = value;
  return out;
}

go_json as_client_policy(const go_json& policy) {
  auto out = go_json::object();
  for (const auto& [member, value] : policy.items()) {
    if (member == "Hash" && !out.contains("Datacenters")) out["Datacenters"] = nullptr;
    out[member] = value;
  }
  return out;
}

void print_token(std::ostream& out, const go_json& token, bool with_meta) {
  print_token_head(out, token, with_meta);
  print_grants(out, token, "");
}

void print_expanded_token(std::ostream& out, const go_json& t, bool with_meta) {
  print_token_head(out, t, with_meta);
  auto policies = by_id(member_of(t, "ExpandedPolicies")), roles = by_id(member_of(t, "ExpandedRoles"));
  print_expanded_policies(out, t, policies, "");
  print_expanded_identities(out, t, "");
  section(out, t, "Roles", "Roles:", [&](const go_json& link) {
    auto it = roles.find(text_of(link, "ID"));
    if (it == roles.end()) return;
    const auto& r = it->second;
    out << "\tRole Name: " << text_of(r, "Name") << "\n\t\tID: " << text_of(r, "ID")
        << "\n\t\tDescription: " << text_of(r, "Description") << '\n';
    print_expanded_policies(out, r, policies, "\t\t");
    print_expanded_identities(out, r, "\t\t");
  });
  out << "=== End of Authorizer Layer 0: Token ===\n"
         "=== Start of Authorizer Layer 2: Agent Configuration Defaults (Inherited) ===\n"
         "Description: Defined at request-time by the agent that resolves the ACL token; other agents may have "
         "different "
         "configuration defaults\n"
      << "Resolved By Agent: " << praetor::quoted(text_of(t, "ResolvedByAgent")) << "\n\n"
      << "Default Policy: " << text_of(t, "AgentACLDefaultPolicy")
      << "\n\tDescription: Backstop rule used if no preceding layer has a matching rule (refer to default_policy "
         "option "
         "in agent configuration)\n\n"
      << "Down Policy: " << text_of(t, "AgentACLDownPolicy")
      << "\n\tDescription: Defines what to do if this Token's information cannot be read from the primary_datacenter "
         "(refer to down_policy option in agent configuration)\n\n";
}

void print_policy(std::ostream& out, const go_json& p, bool with_meta) {
  out << "ID:           " << text_of(p, "ID") << "\nName:         " << text_of(p, "Name")
      << "\nDescription:  " << text_of(p, "Description") << "\nDatacenters:  " << joined(member_of(p, "Datacenters"))
      << '\n';
  if (with_meta) print_meta(out, p, "", 14);
  out << "Rules:\n" << text_of(p, "Rules");
}

void print_token_list(std::ostream& out, const go_json& tokens, bool with_meta) {
  bool first = true;
  for (const auto& t : tokens) {
    if (!std::exchange(first, false)) out << '\n';
    print_token(out, t, with_meta);
  }
}

void print_policy_list(std::ostream& out, const go_json& policies, bool with_meta) {
  for (const auto& p : policies) {
    out << text_of(p, "Name") << ":\n   ID:           " << text_of(p, "ID")
        << "\n   Description:  " << text_of(p, "Description")
        << "\n   Datacenters:  " << joined(member_of(p, "Datacenters")) << '\n';
    if (with_meta) print_meta(out, p, "   ", 14);
  }
}

void print_role(std::ostream& out, const go_json& r, bool with_meta) {
  out << "ID:           " << text_of(r, "ID") << "\nName:         " << text_of(r, "Name")
      << "\nDescription:  " << text_of(r, "Description") << '\n';
  if (with_meta) print_meta(out, r, "", 14);
  print_grants(out, r, "");
}

void print_role_list(std::ostream& out, const go_json& roles, bool with_meta) {
  for (const auto& r : roles) {
    out << text_of(r, "Name") << ":\n   ID:           " << text_of(r, "ID")
        << "\n   Description:  " << text_of(r, "Description") << '\n';
    if (with_meta) print_meta(out, r, "   ", 14);
    print_grants(out, r, "   ");
  }
}

} // namespace praetor::cli
