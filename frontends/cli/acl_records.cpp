#include "frontends/cli/acl_records.hpp"

#include "frontends/cli/command.hpp"
#include "protocol/acl/built_in.hpp"
#include "protocol/hcl/parse.hpp"
#include "protocol/hcl/value.hpp"
#include "protocol/types/values.hpp"

#include <algorithm>

namespace praetor::cli {

namespace {

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> out(1);
  for (auto c : text) {
    if (c == at)
      out.emplace_back();
    else
      out.back() += c;
  }
  return out;
}

go_json variables_of(const std::string& name) { return go_json{{"name", name}}; }

/// Parses a file of templates with their variables: TemplatedPolicy "builtin/service" { Name = "web" }.
expected<go_json> templates_in(const std::string& file) {
  auto text = read_file(file);
  if (!text) return tl::unexpected(text.error());
  auto root = hcl::parse_hcl(*text);
  if (!root) return tl::unexpected(root.error());
  auto out = go_json::array();
  auto add = [&](auto& self, const std::string& name, const hcl::value& v) -> void {
    if (v.is(hcl::value::kind::list)) {
      for (const auto& item : v.items) self(self, name, item);
    } else if (name.empty()) {
      for (const auto& [label, body] : v.members) self(self, label, body);
    } else {
      std::string variable;
      for (const auto& [member, value] : v.members)
        if (equal_fold(member, "name")) variable = value.text;
      out.push_back({{"TemplateName", name}, {"TemplateVariables", variables_of(variable)}});
    }
  };
  for (const auto& [member, value] : root->members)
    if (equal_fold(member, "TemplatedPolicy")) add(add, "", value);
  return out;
}

} // namespace

bool grant_flags::any() const {
  return !policy_ids.empty() || !policy_names.empty() || !role_ids.empty() || !role_names.empty() ||
         !service_identities.empty() || !node_identities.empty() || names_template();
}

expected<std::string> full_id(agent_client& client, const acl_kind& kind, const std::string& part) {
  constexpr std::size_t id_size = 36;
  bool of_policies = &kind == &policy_kind;
  if (&kind == &token_kind && part == "anonymous") return std::string("00000000-0000-0000-0000-000000000002");
  if (of_policies)
    for (const auto& p : acl::built_in_policies())
      if (part == p.name) return p.id;
  if (part.size() == id_size) return part;
  auto all = client.read(get(kind.list_path));
  if (!all) return tl::unexpected(all.error());
  std::string found;
  for (const auto& one : all->body) {
    auto id = text_of(one, kind.id_member);
    if (!id.starts_with(part)) continue;
    if (!found.empty()) return fail("Partial " + std::string(kind.name) + " ID is not unique");
    found = id;
  }
  if (found.empty()) return fail("No such " + std::string(kind.name) + " ID with prefix: " + part);
  return found;
}

expected<go_json> service_identities(const std::vector<std::string>& given) {
  auto out = go_json::array();
  for (const auto& text : given) {
    auto parts = split(text, ':');
    if (parts.size() > 2) return fail("Malformed -service-identity argument: " + praetor::quoted(text));
    go_json one{{"ServiceName", parts[0]}};
    if (parts.size() == 2) one["Datacenters"] = split(parts[1], ',');
    out.push_back(std::move(one));
  }
  return out;
}

expected<go_json> node_identities(const std::vector<std::string>& given) {
  auto out = go_json::array();
  for (const auto& text : given) {
    auto parts = split(text, ':');
    if (parts.size() != 2) return fail("Malformed -node-identity argument: " + praetor::quoted(text));
    out.push_back({{"NodeName", parts[0]}, {"Datacenter", parts[1]}});
  }
  return out;
}

expected<go_json> templated_policies(const std::string& name, const std::string& file,
                                     const std::vector<std::string>& variables) {
  auto out = go_json::array();
  if (!name.empty()) {
    go_json one{{"TemplateName", name}};
    for (const auto& text : variables) {
      auto colon = text.find(':');
      if (colon == text.npos) return fail("malformed -var argument: " + praetor::quoted(text));
      if (text.substr(0, colon) == "name") one["TemplateVariables"] = variables_of(text.substr(colon + 1));
    }
    out.push_back(std::move(one));
  }
  if (file.empty()) return out;
  auto listed = templates_in(file);
  if (!listed) return listed;
  for (auto& one : *listed) out.push_back(std::move(one));
  return out;
}

expected<void> change_templates(const grant_flags& set, const grant_flags& more, go_json& list) {
  const auto& from = more.names_template() ? more : set;
  auto templates = templated_policies(from.templated_policy, from.templated_policy_file, set.variables);
  if (!templates) return tl::unexpected(templates.error());
  if (set.names_template() || !list.is_array()) list = go_json::array();
  for (auto& one : *templates) list.push_back(std::move(one));
  return {};
}

expected<void> add_links(agent_client& client, const acl_kind& kind, go_json& list,
                         const std::vector<std::string>& names, const std::vector<std::string>& ids, bool once) {
  if (!list.is_array()) list = go_json::array();
  auto add = [&](const char* member, const std::string& value) {
    auto same = [&](const go_json& link) { return text_of(link, member) == value; };
    if (!once || std::none_of(list.begin(), list.end(), same)) list.push_back({{member, value}});
  };
  for (const auto& name : names) add("Name", name);
  for (const auto& part : ids) {
    auto id = full_id(client, kind, part);
    if (!id) return fail("Error resolving " + std::string(kind.name) + " ID " + part + ": " + id.error().text);
    add("ID", *id);
  }
  return {};
}

void merge_into(go_json& list, const go_json& more, const std::vector<std::string>& key) {
  if (!list.is_array()) list = go_json::array();
  for (const auto& one : more) {
    auto same = std::find_if(list.begin(), list.end(), [&](const go_json& known) {
      return std::all_of(key.begin(), key.end(),
                         [&](const std::string& member) { return text_of(known, member) == text_of(one, member); });
    });
    if (same == list.end())
      list.push_back(one);
    else
      *same = one;
  }
}

expected<void> set_grants(agent_client& client, const grant_flags& flags, go_json& into) {
  auto services = service_identities(flags.service_identities);
  if (!services) return tl::unexpected(services.error());
  into["ServiceIdentities"] = std::move(*services);
  auto nodes = node_identities(flags.node_identities);
  if (!nodes) return tl::unexpected(nodes.error());
  into["NodeIdentities"] = std::move(*nodes);
  auto templates = templated_policies(flags.templated_policy, flags.templated_policy_file, flags.variables);
  if (!templates) return tl::unexpected(templates.error());
  into["TemplatedPolicies"] = std::move(*templates);
  if (auto done = add_links(client, policy_kind, into["Policies"], flags.policy_names, flags.policy_ids, false); !done)
    return done;
  if (flags.role_names.empty() && flags.role_ids.empty()) return {};
  return add_links(client, role_kind, into["Roles"], flags.role_names, flags.role_ids, false);
}

} // namespace praetor::cli
