#include "frontends/api/dns/dns_scope.hpp"

#include <algorithm>

namespace praetor::dns {

std::optional<std::size_t> start_of_domain(const lookup_settings& settings, std::string_view name) {
  auto main = find_suffix(name, settings.domain), other = find_suffix(name, settings.alt_domain);
  if (!main && !other) return std::nullopt;
  return std::min(main.value_or(name.size()), other.value_or(name.size()));
}

parsed_name parse_head(std::string_view head, std::uint16_t type) {
  auto labels = lowered(std::string(head));
  labels.push_back('\0');
  return parse_name(labels_of(labels), type);
}

bool is_elsewhere(const parsed_name& asked, const lookup_settings& settings) {
  return !asked.datacenter.empty() && asked.datacenter != lowered(settings.datacenter);
}

bool needs_catalog(const lookup_settings& settings, std::string_view name, std::uint16_t type) {
  auto start = start_of_domain(settings, name);
  if (!start) return reversed_address(labels_of(lowered(std::string(name)))).has_value();
  if (type == rr::axfr) return false;
  if (type == rr::soa || type == rr::ns) return true;
  auto asked = parse_head(name.substr(0, *start), type);
  if (is_elsewhere(asked, settings)) return false;
  return asked.kind == form::service || asked.kind == form::connect || asked.kind == form::node ||
         asked.kind == form::virtual_address;
}

} // namespace praetor::dns
