#include "protocol/types/config_entries/service_defaults.hpp"

#include "protocol/base/ip_address.hpp"

#include <algorithm>
#include <set>

namespace praetor::config_entries {

namespace {

bool is_balance(const std::string& text) { return text.empty() || text == "exact_balance"; }

/// What precedes the fault of an override. The Community edition prints no name behind the last colon.
std::string context_of_override(const upstream_config& u) {
  if (u.name.empty()) return "error in upstream override for :: ";
  return "error in upstream override for " + u.name + ":" + u.peer + ": ";
}

std::string fault_of(const upstream_limits& limits) {
  auto negative = [](const std::optional<std::int64_t>& n) { return n.value_or(0) < 0; };
  if (negative(limits.max_connections)) return "max connections cannot be negative";
  if (negative(limits.max_pending_requests)) return "max pending requests cannot be negative";
  if (negative(limits.max_concurrent_requests)) return "max concurrent requests cannot be negative";
  return {};
}

/// @returns what is wrong, or ""
std::string fault_of(const upstream_config& u, bool named) {
  if (named && u.name.empty()) return "Name is required";
  if (named && u.name == wildcard) return "Wildcard name is not supported";
  if (!named && !u.name.empty()) return "Name must be empty";
  fault_list faults;
  if (u.passive_health_check)
    if (auto fault = fault_of(*u.passive_health_check); !fault.empty()) faults.add(fault);
  if (u.limits)
    if (auto fault = fault_of(*u.limits); !fault.empty()) faults.add(fault);
  if (!is_balance(u.balance_outbound_connections))
    faults.add("invalid value for balance_outbound_connections: " + u.balance_outbound_connections);
  return faults.empty() ? std::string() : faults.text();
}

void normalize_upstream(upstream_config& u) {
  u.protocol = lower_case(u.protocol);
  u.connect_timeout_ms = std::max<std::int64_t>(u.connect_timeout_ms, 0);
}

bool is_address(const std::string& text) {
  return ip_address::parse(text) || (is_domain_name(text) && text.find('*') == text.npos);
}

void check_destination(const destination_config& d, fault_list& faults) {
  if (d.addresses.empty()) faults.add("Destination must contain at least one valid address");
  std::set<std::string_view> seen;
  for (const auto& address : d.addresses) {
    if (!seen.insert(address).second)
      faults.add("Duplicate address '" + address + "' is not allowed");
    else if (!is_address(address))
      faults.add("Destination address '" + address + "' is invalid Could not validate address " + address +
                 " as an IP or Hostname");
  }
  if (d.port < 1 || d.port > 65535) faults.add("Invalid Port number " + std::to_string(d.port));
}

} // namespace

expected<void> service_defaults::normalize() {
  protocol = lower_case(protocol);
  if (!upstream_config) return {};
  for (auto& u : upstream_config->overrides) normalize_upstream(u);
  if (upstream_config->defaults) normalize_upstream(*upstream_config->defaults);
  return {};
}

expected<void> service_defaults::validate() const {
  if (name.empty()) return fail("Name is required");
  if (name == wildcard) return fail("service-defaults name must be the name of a service, and not a wildcard");
  auto faults = check_meta(meta);
  if (!is_balance(balance_inbound_connections))
    faults.add("invalid value for balance_inbound_connections: " + balance_inbound_connections);
  if (upstream_config && destination) {
    faults.add("UpstreamConfig and Destination are mutually exclusive for service defaults");
    return faults.result();
  }
  if (upstream_config) {
    for (const auto& u : upstream_config->overrides)
      if (auto fault = fault_of(u, true); !fault.empty()) faults.add(context_of_override(u) + fault);
    if (upstream_config->defaults)
      if (auto fault = fault_of(*upstream_config->defaults, false); !fault.empty())
        faults.add("error in upstream defaults: " + fault);
  }
  if (destination) check_destination(*destination, faults);
  if (rate_limits) faults.add("invalid rate_limits config. Rate limiting is a consul enterprise feature");
  faults.add(check_extensions(envoy_extensions));
  if (auto good = check_mutual_tls_mode(mutual_tls_mode); !good) return good;
  return faults.result();
}

} // namespace praetor::config_entries
