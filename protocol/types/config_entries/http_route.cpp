#include "protocol/types/config_entries/http_route.hpp"

#include "protocol/base/quoted.hpp"

namespace praetor::config_entries {

namespace {

constexpr std::string_view no_name = "missing required Name field";

bool is_value_match(const std::string& match, std::initializer_list<std::string_view> known) {
  for (auto each : known)
    if (match == each) return true;
  return false;
}

/// @returns what is wrong, or ""
std::string fault_of_path(const route_path_match& p) {
  if (p.match == "regex") return {};
  if (p.match != "exact" && p.match != "prefix") return "match type should be one of exact, prefix, or regex";
  if (p.value.starts_with('/')) return {};
  return p.match + " type match doesn't start with '/': " + praetor::quoted(p.value);
}

std::string fault_of_match(const route_rule_match& m) {
  if (!m.method.empty() && !is_http_method(m.method))
    return "Method contains an invalid method " + praetor::quoted(m.method);
  for (std::size_t k = 0; k < m.query.size(); ++k) {
    auto query = "Query" + at(k) + ", ";
    if (m.query[k].name.empty()) return query + std::string(no_name);
    if (!is_value_match(m.query[k].match, {"exact", "present", "regex"}))
      return query + "match type should be one of present, exact, or regex";
  }
  for (std::size_t k = 0; k < m.headers.size(); ++k) {
    auto header = "Headers" + at(k) + ", ";
    if (m.headers[k].name.empty()) return header + std::string(no_name);
    if (!is_value_match(m.headers[k].match, {"exact", "prefix", "regex", "suffix", "present"}))
      return header + "match type should be one of present, exact, prefix, suffix, or regex";
  }
  if (auto fault = fault_of_path(m.path); !fault.empty()) return "Path, " + fault;
  return {};
}

} // namespace

expected<void> http_route::normalize() {
  for (auto& parent : parents)
    if (parent.kind.empty()) parent.kind = "api-gateway";
  for (auto& rule : rules) {
    for (auto& m : rule.matches) {
      m.method = upper_case(m.method);
      if (m.path.match.empty()) m.path = {"prefix", "/"};
    }
    for (auto& service : rule.services)
      if (service.weight <= 0) service.weight = 1;
  }
  return {};
}

expected<void> http_route::validate() const {
  for (const auto& host : hostnames) {
    if (!is_domain_name(host)) return fail("host " + praetor::quoted(host) + " must be a valid DNS hostname");
    if (host.find('*') != host.npos) return fail("host " + praetor::quoted(host) + " must not be a wildcard");
  }
  if (auto good = check_route_parents(parents); !good) return good;
  if (auto good = check_meta(meta).result(); !good) return good;
  for (std::size_t i = 0; i < rules.size(); ++i)
    for (std::size_t j = 0; j < rules[i].matches.size(); ++j)
      if (auto fault = fault_of_match(rules[i].matches[j]); !fault.empty())
        return fail("Rule" + at(i) + ", Match" + at(j) + ", " + fault);
  return {};
}

} // namespace praetor::config_entries
