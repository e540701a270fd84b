#include "protocol/types/config_entries/api_gateway.hpp"

#include "protocol/base/quoted.hpp"

#include <map>
#include <set>

namespace praetor::config_entries {

namespace {

/// Labels of lower-case letters, digits and inner dashes, separated by dots.
bool is_listener_name(std::string_view name) {
  bool at_start = true;
  char before = '.';
  for (char c : name) {
    bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (c == '.') {
      if (at_start || before == '-') return false;
      at_start = true;
    } else if (c == '-') {
      if (at_start) return false;
    } else if (alphanumeric) {
      at_start = false;
    } else {
      return false;
    }
    before = c;
  }
  return !at_start && before != '-';
}

expected<void> check_listener_names(const std::vector<api_gateway_listener>& listeners) {
  std::set<std::string_view> seen;
  for (const auto& l : listeners) {
    if (!is_listener_name(l.name))
      return fail("listener name " + praetor::quoted(l.name) +
                  " is invalid, must be at least 1 character and contain only letters, numbers, or dashes");
    if (!seen.insert(l.name).second) return fail("found multiple listeners with the name " + praetor::quoted(l.name));
  }
  return {};
}

/// Listeners on one port become one, so they must agree.
expected<void> check_shared_ports(const std::vector<api_gateway_listener>& listeners) {
  std::map<std::int64_t, const api_gateway_listener*> by_port;
  for (const auto& l : listeners) {
    auto& before = by_port[l.port];
    if (before && (before->hostname != l.hostname || before->protocol != l.protocol))
      return fail("listeners " + praetor::quoted(before->name) + " and " + praetor::quoted(l.name) +
                  " cannot be merged");
    before = &l;
  }
  return {};
}

expected<void> check_gateway_listener(const api_gateway_listener& l) {
  constexpr std::int64_t last_port = 65535;
  if (l.protocol != "http" && l.protocol != "tcp")
    return fail("unsupported listener protocol " + praetor::quoted(l.protocol) + ", must be one of 'tcp', or 'http'");
  if (l.protocol == "tcp" && !l.hostname.empty()) return fail("hostname specification is not supported when using TCP");
  if (l.port <= 0 || l.port > last_port)
    return fail("listener port " + std::to_string(l.port) + " not in the range 1-65535");
  if (l.hostname.find('*', l.hostname.starts_with("*.") ? 1 : 0) != l.hostname.npos)
    return fail("host " + praetor::quoted(l.hostname) +
                " is not valid, a wildcard specifier is only allowed as the left-most label");
  for (const auto& certificate : l.tls.certificates) {
    if (certificate.kind != "file-system-certificate" && certificate.kind != "inline-certificate")
      return fail("unsupported certificate kind: " + praetor::quoted(certificate.kind) +
                  ", must be 'file-system-certificate' or 'inline-certificate'");
    if (certificate.name.empty()) return fail("certificate reference must have a name");
  }
  return check_tls(l.tls.least_version, l.tls.greatest_version, l.tls.cipher_suites);
}

} // namespace

expected<void> api_gateway::normalize() {
  for (auto& l : listeners) {
    l.protocol = lower_case(l.protocol);
    for (auto& certificate : l.tls.certificates)
      if (certificate.kind.empty()) certificate.kind = "inline-certificate";
  }
  return {};
}

expected<void> api_gateway::validate() const {
  if (auto good = check_meta(meta).result(); !good) return good;
  if (listeners.empty()) return fail("api gateway must have at least one listener");
  if (auto good = check_listener_names(listeners); !good) return good;
  if (auto good = check_shared_ports(listeners); !good) return good;
  for (const auto& l : listeners)
    if (auto good = check_gateway_listener(l); !good) return good;
  return {};
}

} // namespace praetor::config_entries
