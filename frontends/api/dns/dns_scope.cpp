#include "frontends/api/dns/dns_scope.hpp"

#include <algorithm>

namespace praetor::dns {

namespace {

bool is_of_catalog(form kind) {
  return kind == form::service || kind == form::connect || kind == form::node || kind == form::virtual_address;
}

} // namespace

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

destination usual_destination(const lookup_settings& settings) {
  return {.datacenter = settings.datacenter,
          .max_age = settings.dns.allow_stale ? settings.dns.max_stale : nanoseconds{0}};
}

destination destination_of(const lookup_settings& settings, std::string_view name, std::uint16_t type) {
  auto to = usual_destination(settings);
  auto start = start_of_domain(settings, name);
  if (start && type != rr::axfr) {
    if (type == rr::soa || type == rr::ns) return to;
    auto asked = parse_head(name.substr(0, *start), type);
    if (is_of_catalog(asked.kind)) {
      if (!asked.datacenter.empty()) to.datacenter = std::move(asked.datacenter);
      return to;
    }
  } else if (!start && reversed_address(labels_of(lowered(std::string(name))))) {
    return to;
  }
  to.who = answerer::agent;
  return to;
}

} // namespace praetor::dns
