#include "actors/registry/registration.hpp"

#include <arpa/inet.h>

namespace praetor {

namespace {

/// 4, 6, or 0 for text that is not an IP address.
int address_family(const std::string& text) {
  in6_addr buffer{};
  if (::inet_pton(AF_INET, text.c_str(), &buffer) == 1) return 4;
  if (::inet_pton(AF_INET6, text.c_str(), &buffer) == 1) return 6;
  return 0;
}

} // namespace

node_service to_node_service(const service_definition& d) {
  node_service s;
  static_cast<service_properties&>(s) = d;
  if (s.id.empty()) s.id = s.name;
  s.weights.emplace();
  if (d.weights) s.weights = *d.weights;
  if (d.proxy) s.proxy = *d.proxy;
  for (auto& u : s.proxy.upstreams)
    if (u.destination_type.empty()) u.destination_type = "service";
  if (d.connect) static_cast<connect_properties&>(s.connect) = *d.connect;
  if (auto family = address_family(s.address)) {
    auto suffix = family == 4 ? "_ipv4" : "_ipv6";
    for (std::string scope : {"lan", "wan"})
      s.tagged_addresses.try_emplace(scope + suffix, service_address{s.address, s.port});
  }
  return s;
}

std::vector<check_definition> service_checks(const service_definition& d, std::vector<check_definition> checks) {
  auto service_id = d.id.empty() ? d.name : d.id;
  int number = 0;
  for (auto& check : checks) {
    normalize(check);
    ++number;
    if (check.id.empty()) {
      check.id = "service:" + service_id;
      if (checks.size() > 1) check.id += ":" + std::to_string(number);
    }
    if (check.name.empty()) check.name = "Service '" + d.name + "' check";
    check.service_id = service_id;
  }
  return checks;
}

health_check to_health_check(const check_definition& d, const std::string& node, const node_service* service,
                             bool inside_service) {
  health_check c;
  c.node = node;
  c.check_id = d.id.empty() ? d.name : d.id;
  c.name = d.name;
  c.status = d.status.empty() ? std::string(health_critical) : d.status;
  c.notes = d.notes;
  c.type = shown_check_kind(d);
  if (service) {
    c.service_id = service->id;
    c.service_name = service->name;
    c.service_tags = service->tags;
  }
  if (!inside_service || d.interval.count() != 0) c.interval = duration_to_text(d.interval);
  if (!inside_service || d.timeout.count() != 0) c.timeout = duration_to_text(d.timeout);
  return c;
}

} // namespace praetor
