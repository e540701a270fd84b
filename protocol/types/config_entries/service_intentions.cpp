#include "protocol/types/config_entries/service_intentions.hpp"

#include "protocol/base/quoted.hpp"
#include "protocol/types/config_entries/service_router.hpp"

#include <algorithm>
#include <set>

namespace praetor::config_entries {

namespace {

constexpr std::string_view source_type = "consul";
constexpr std::size_t longest_description = 512;

/// An exact name precedes the wildcard, and the destination counts before the source.
std::int64_t precedence_of(const std::string& destination, const std::string& source) {
  constexpr std::int64_t exact_destination = 9, any_destination = 6;
  auto best = destination == wildcard ? any_destination : exact_destination;
  return source == wildcard ? best - 1 : best;
}

bool is_decision(const std::string& action) { return action == "allow" || action == "deny"; }

/// @returns what is wrong, or ""
std::string fault_of_wildcards(const std::string& name, const std::string& peer) {
  if (name != wildcard && name.find('*') != name.npos)
    return "Name: wildcard character '*' cannot be used with partial values";
  if (peer.find('*') != peer.npos) return "Peer: cannot use wildcard '*' in peer";
  return {};
}

fault_list check_requirement(const jwt_requirement& r) {
  fault_list out;
  for (const auto& provider : r.providers)
    if (provider.name.empty()) out.add("JWT provider name is required");
  return out;
}

/// @returns what is wrong, or ""
std::string fault_of(const http_permission& p) {
  auto relative = [](const std::string& path) { return !path.empty() && !path.starts_with('/'); };
  if (relative(p.path_exact)) return ".PathExact doesn't start with '/': " + praetor::quoted(p.path_exact);
  if (relative(p.path_prefix)) return ".PathPrefix doesn't start with '/': " + praetor::quoted(p.path_prefix);
  int paths = int{!p.path_exact.empty()} + int{!p.path_prefix.empty()} + int{!p.path_regex.empty()};
  if (paths > 1) return " should only contain at most one of PathExact, PathPrefix, or PathRegex";
  for (std::size_t k = 0; k < p.header.size(); ++k) {
    auto header = ".Header" + at(k);
    if (p.header[k].name.empty()) return header + " missing required Name field";
    if (alternatives_of(p.header[k]) != 1)
      return header + " should only contain one of Present, Exact, Prefix, Suffix, or Regex";
  }
  for (auto i = p.methods.begin(); i != p.methods.end(); ++i) {
    if (!is_http_method(*i)) return ".Methods contains an invalid method " + praetor::quoted(*i);
    if (std::find(p.methods.begin(), i, *i) != i) return ".Methods contains " + praetor::quoted(*i) + " more than once";
  }
  if (paths == 0 && p.header.empty() && p.methods.empty()) return " should not be empty";
  return {};
}

expected<void> check_source_fields(const source_intention& s, const std::string& where, bool to_all) {
  if (s.name.empty()) return fail(where + ".Name is required");
  if (!s.sameness_group.empty())
    return fail(where + ".SamenessGroup: Sameness groups are a Consul Enterprise feature. ");
  if (auto fault = fault_of_wildcards(s.name, s.peer); !fault.empty()) return fail(where + "." + fault);
  if (s.description.size() > longest_description)
    return fail(where + ".Description exceeds maximum length " + std::to_string(longest_description));
  if (!s.legacy_meta.empty()) return fail(where + ".LegacyMeta must be omitted");
  if (s.legacy_create_time) return fail(where + ".LegacyCreateTime must be omitted");
  if (s.legacy_update_time) return fail(where + ".LegacyUpdateTime must be omitted");
  if (!s.legacy_id.empty()) return fail(where + ".LegacyID must be omitted");
  if (s.permissions.empty() && !is_decision(s.action)) return fail(where + ".Action must be set to 'allow' or 'deny'");
  if (!s.permissions.empty() && !s.action.empty())
    return fail(where + ".Action must be omitted if Permissions are specified");
  if (to_all && !s.permissions.empty())
    return fail(where + ".Permissions cannot be specified on intentions with wildcarded destinations");
  if (s.type != source_type) return fail(where + ".Type must be set to 'consul'");
  return {};
}

expected<void> check_source(const source_intention& s, const std::string& where, bool to_all) {
  if (auto good = check_source_fields(s, where, to_all); !good) return good;
  for (std::size_t j = 0; j < s.permissions.size(); ++j) {
    const auto& p = s.permissions[j];
    auto permission = where + ".Permissions" + at(j);
    if (!is_decision(p.action)) return fail(permission + ".Action must be set to 'allow' or 'deny'");
    if (!p.http) return fail(permission + ".HTTP is required");
    if (auto fault = fault_of(*p.http); !fault.empty()) return fail(permission + ".HTTP" + fault);
    if (p.jwt)
      if (auto good = check_requirement(*p.jwt).result(); !good) return good;
  }
  return {};
}

} // namespace

expected<void> service_intentions::normalize() {
  for (auto& s : sources) {
    if (s.type.empty()) s.type = source_type;
    s.precedence = precedence_of(name, s.name);
    s.legacy_id.clear();
    s.legacy_create_time.reset();
    s.legacy_update_time.reset();
    for (auto& p : s.permissions)
      if (p.http)
        for (auto& method : p.http->methods) method = upper_case(method);
  }
  std::stable_sort(sources.begin(), sources.end(),
                   [](const auto& a, const auto& b) { return a.precedence > b.precedence; });
  return {};
}

expected<void> service_intentions::validate() const {
  if (name.empty()) return fail("Name is required");
  if (auto fault = fault_of_wildcards(name, {}); !fault.empty()) return fail(fault);
  if (jwt)
    if (auto good = check_requirement(*jwt).result(); !good) return good;
  if (auto good = check_meta(meta).result(); !good) return good;
  if (sources.empty()) return fail("At least one source is required");
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    auto where = "Sources" + at(i);
    if (auto good = check_source(sources[i], where, name == wildcard); !good) return good;
    const auto& s = sources[i];
    if (!seen.emplace(s.peer, s.name).second)
      return fail(where + " defines " + (s.peer.empty() ? "" : "peer(" + praetor::quoted(s.peer) + ") ") +
                  praetor::quoted(s.name) + " more than once");
  }
  return {};
}

bool service_intentions::has_permissions() const {
  return std::any_of(sources.begin(), sources.end(), [](const auto& s) { return !s.permissions.empty(); });
}

string_list service_intentions::providers() const {
  string_list out;
  auto add = [&](const std::optional<jwt_requirement>& r) {
    if (!r) return;
    for (const auto& provider : r->providers) out.push_back(provider.name);
  };
  add(jwt);
  for (const auto& s : sources)
    for (const auto& p : s.permissions) add(p.jwt);
  return out;
}

} // namespace praetor::config_entries
