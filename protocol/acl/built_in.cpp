#include "protocol/acl/built_in.hpp"

#include "protocol/acl/content_hash.hpp"
#include "protocol/base/characters.hpp"
#include "protocol/base/hex.hpp"

#include <algorithm>

namespace praetor::acl {

namespace {

constexpr std::string_view variable = "{{.Name}}";
constexpr std::size_t longest_identity = 256, longest_policy_name = 128, longest_role_name = 256,
                      longest_auth_method_name = 128;

/// The rules that grant one level on everything, as clients see them; `$` stands for the level.
constexpr std::string_view everything = R"(
acl = "$"
agent_prefix "" {
	policy = "$"
}
event_prefix "" {
	policy = "$"
}
identity_prefix "" {
	policy = "$"
	intentions = "$"
}
key_prefix "" {
	policy = "$"
}
keyring = "$"
node_prefix "" {
	policy = "$"
}
operator = "$"
mesh = "$"
peering = "$"
query_prefix "" {
	policy = "$"
}
service_prefix "" {
	policy = "$"
	intentions = "$"
}
session_prefix "" {
	policy = "$"
})";

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
  std::string out;
  for (std::size_t at = 0;;) {
    auto next = text.find(what, at);
    out += text.substr(at, next - at);
    if (next == text.npos) return out;
    out += with;
    at = next + what.size();
  }
}

acl_policy built_in(std::string_view id, std::string_view name, std::string_view grants, std::string_view level) {
  acl_policy p;
  p.id = id;
  p.name = name;
  p.description = "A built-in policy that grants " + std::string(grants) + " access to all Consul features";
  p.rules = replaced(everything, "$", level);
  return p;
}

constexpr std::string_view name_schema = R"({
	"type": "object",
	"properties": {
		"name": { "type": "string", "$ref": "#/definitions/min-length-one" }
	},
	"required": ["name"],
	"definitions": {
		"min-length-one": {
				"type": "string",
				"minLength": 1
		}
	}
})";
constexpr std::string_view spaced_name_schema = R"({
  "type": "object",
  "properties": {
    "name": { "type": "string", "$ref": "#/definitions/min-length-one" }
  },
  "required": ["name"],
  "definitions": {
    "min-length-one": {
      "type": "string",
      "minLength": 1
    }
  }
})";

// The id of a synthetic policy is a hash of this text, so white space is significant.
constexpr std::array<policy_template, 7> templates{{
    {"builtin/api-gateway", "00000000-0000-0000-0000-000000000008",
     "mesh = \"read\"\nnode_prefix \"\" {\n\tpolicy = \"read\"\n}\nservice_prefix \"\" {\n\tpolicy = \"read\"\n}\n"
     "service \"{{.Name}}\" {\n\tpolicy = \"write\"\n}",
     name_schema, "Gives the token or role permissions for a Consul api gateway"},
    {"builtin/dns", "00000000-0000-0000-0000-000000000005",
     "\nnode_prefix \"\" {\n\tpolicy = \"read\"\n}\nservice_prefix \"\" {\n\tpolicy = \"read\"\n}\n"
     "query_prefix \"\" {\n\tpolicy = \"read\"\n}",
     "", "Gives the token or role permissions for the Consul DNS to query services in the network."},
    {"builtin/node", "00000000-0000-0000-0000-000000000004",
     "\nnode \"{{.Name}}\" {\n\tpolicy = \"write\"\n}\nservice_prefix \"\" {\n\tpolicy = \"read\"\n}", name_schema,
     "Gives the token or role permissions for a register an agent/node into the catalog. A node is typically a consul "
     "agent but can also be a physical server, cloud instance or a container."},
    {"builtin/nomad-client", "00000000-0000-0000-0000-000000000009",
     "agent_prefix \"\" {\n  policy = \"read\"\n}\nnode_prefix \"\" {\n  policy = \"read\"\n}\n"
     "service_prefix \"\" {\n  policy = \"write\"\n}\nkey_prefix \"\" {\n  policy = \"read\"\n}",
     "", "Gives the token or role permissions required for integration with a nomad client."},
    {"builtin/nomad-server", "00000000-0000-0000-0000-000000000006",
     "\nacl = \"write\"\nagent_prefix \"\" {\n  policy = \"read\"\n}\nnode_prefix \"\" {\n  policy = \"read\"\n}\n"
     "service_prefix \"\" {\n  policy = \"write\"\n}",
     "", "Gives the token or role permissions required for integration with a nomad server."},
    {"builtin/service", "00000000-0000-0000-0000-000000000003",
     "\nservice \"{{.Name}}\" {\n\tpolicy = \"write\"\n}\nservice \"{{.Name}}-sidecar-proxy\" {\n\tpolicy = "
     "\"write\"\n}\nservice_prefix \"\" {\n\tpolicy = \"read\"\n}\nnode_prefix \"\" {\n\tpolicy = \"read\"\n}",
     name_schema,
     "Gives the token or role permissions to register a service and discover services in the Consul catalog. It also "
     "gives the specified service's sidecar proxy the permission to discover and route traffic to other services."},
    {"builtin/workload-identity", "00000000-0000-0000-0000-000000000007",
     "identity \"{{.Name}}\" {\n\tpolicy = \"write\"\n}", spaced_name_schema,
     "Gives the token or role permissions for a specific workload identity."},
}};

bool is_word_character(char c) { return is_alphanumeric(c) || c == '-' || c == '_'; }
bool is_word(std::string_view text) { return std::all_of(text.begin(), text.end(), is_word_character); }

} // namespace

const std::array<acl_policy, 2>& built_in_policies() {
  static const std::array all{
      built_in(global_management_id, "global-management", "read and write", "write"),
      built_in(global_read_only_id, "builtin/global-read-only", "read-only", "read"),
  };
  return all;
}

const acl_policy* built_in_policy(std::string_view id) {
  for (const auto& p : built_in_policies())
    if (p.id == id) return &p;
  return nullptr;
}

std::span<const policy_template> policy_templates() { return templates; }

const policy_template* find_template(std::string_view name) {
  for (const auto& t : templates)
    if (t.name == name) return &t;
  return nullptr;
}

expected<void> check_variables(const policy_template& t, const acl_templated_policy& p) {
  if (t.schema.empty()) return {};
  if (!p.variables) return fail("1 error occurred:\n\t* Invalid type. Expected: object, given: null\n\n");
  const auto& name = p.variables->name;
  if (t.name == "builtin/service" && !is_identity_name(name))
    return fail("service identity " + praetor::quoted(name) +
                " has an invalid name. Only lowercase alphanumeric characters, '-' and '_' are allowed");
  if (t.name == "builtin/node" && !is_identity_name(name))
    return fail("node identity " + praetor::quoted(name) +
                "  has an invalid name. Only lowercase alphanumeric characters, '-' and '_' are allowed");
  if (name.empty()) return fail("1 error occurred:\n\t* name is required\n\n");
  // The name is pasted into the rules' text. A character that ends the string there could add rules to the template's.
  if (name.find_first_of("\"\\\n\r") != name.npos || name.find("${") != name.npos)
    return fail("the name " + praetor::quoted(name) + " cannot be a part of rules");
  return {};
}

expected<acl_policy> synthetic_policy(const acl_templated_policy& p) {
  const auto* t = find_template(p.template_name);
  if (!t) return fail("acl templated policy does not exist: " + p.template_name);
  acl_policy out;
  out.rules = replaced(t->text, variable, p.variables ? p.variables->name : std::string());
  out.id = hex(out.rules) + "6c62272e07bb014262b821756295c58d";
  out.name = "synthetic-policy-" + out.id;
  out.description = "synthetic policy generated from templated policy: " + p.template_name;
  out.datacenters = p.datacenters;
  out.hash = content_hash(out);
  return out;
}

namespace {

acl_policy of_template(std::string_view name, const std::string& variable_name, string_list datacenters) {
  acl_templated_policy p;
  p.template_name = name;
  p.variables = acl_template_variables{variable_name};
  p.datacenters = std::move(datacenters);
  return *synthetic_policy(p);
}

} // namespace

acl_policy synthetic_policy(const acl_service_identity& identity) {
  return of_template("builtin/service", identity.service_name, identity.datacenters);
}

acl_policy synthetic_policy(const acl_node_identity& identity) {
  return of_template("builtin/node", identity.node_name, {identity.datacenter});
}

bool is_identity_name(std::string_view name) {
  if (name.empty() || name.size() > longest_identity) return false;
  auto is_end = [](char c) { return is_lower(c) || is_digit(c); };
  return is_end(name.front()) && is_end(name.back()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_end(c) || c == '-' || c == '_'; });
}

bool is_role_name(std::string_view name) { return !name.empty() && name.size() <= longest_role_name && is_word(name); }

bool is_auth_method_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_auth_method_name && is_word(name);
}

expected<void> check_policy_name(std::string_view name) {
  if (name.empty() || name.size() > longest_policy_name)
    return fail("Invalid Policy: invalid Name. Length must be greater than 0 and less than " +
                std::to_string(longest_policy_name));
  if (name.starts_with("/") || name.starts_with("builtin/"))
    return fail("Invalid Policy: invalid Name. Names cannot be prefixed with '/' or 'builtin/'");
  auto slash = name.find('/');
  bool good = is_word(name.substr(0, slash)) && (slash == name.npos || is_word(name.substr(slash + 1)));
  if (good) return {};
  return fail("Invalid Policy: invalid Name. Only alphanumeric characters, a single '/', '-' and '_' are allowed");
}

} // namespace praetor::acl
