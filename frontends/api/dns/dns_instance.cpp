#include "frontends/api/dns/dns_instance.hpp"

#include <algorithm>
#include <arpa/inet.h>

namespace praetor::dns {

namespace {

/// An address with what it is replaced by for one family.
struct address_choice {
  std::string any, v4, v6;

  std::string pick(std::uint16_t type) const {
    bool wants_v4 = type != rr::aaaa, wants_v6 = type != rr::a;
    if (wants_v6 && !v6.empty()) return v6;
    if (wants_v4 && !v4.empty()) return v4;
    if (wants_v4 && wants_v6) return any;
    auto bytes = ip_bytes(any);
    if (!bytes) return any; // a host name suits both
    return (bytes->size() == 4) == wants_v4 ? any : std::string();
  }
};

template <class Map, class Text>
address_choice choices(std::string own, const Map& tagged, bool from_afar, Text text) {
  address_choice out{std::move(own), {}, {}};
  auto take = [&](const char* tag, std::string& into) {
    if (auto found = tagged.find(tag); found != tagged.end()) into = text(found->second);
  };
  take("lan_ipv4", out.v4);
  take("lan_ipv6", out.v6);
  if (from_afar) {
    take("wan", out.any);
    take("wan_ipv4", out.v4);
    take("wan_ipv6", out.v6);
  }
  return out;
}

} // namespace

std::string node_address(const node& n, std::uint16_t type, bool from_afar) {
  return choices(n.address, n.tagged_addresses, from_afar, [](const std::string& a) { return a; }).pick(type);
}

chosen_address instance_address(const node& n, const node_service& s, std::uint16_t type, bool from_afar) {
  using origin = chosen_address::origin;
  auto own = choices(s.address, s.tagged_addresses, from_afar, [](const service_address& a) { return a.address; });
  auto its_own = own.pick(type);
  if (!s.address.empty() || !its_own.empty()) return {its_own, origin::service};
  auto text = node_address(n, type, from_afar);
  return {text, text == n.address ? origin::node : origin::translated_node};
}

std::int64_t service_port(const node_service& s, bool from_afar) {
  if (from_afar)
    if (auto wan = s.tagged_addresses.find("wan"); wan != s.tagged_addresses.end() && wan->second.port > 0)
      return wan->second.port;
  return s.port;
}

std::int64_t weight_of(const service_entry& e) {
  if (!e.service->weights) return 1;
  bool warning = false;
  for (const auto& check : e.checks) {
    if (check->status == health_critical || check->status == health_maintenance) return 0;
    warning = warning || check->status == health_warning;
  }
  return warning ? e.service->weights->warning : e.service->weights->passing;
}

bool is_healthy(const service_entry& e, bool only_passing) {
  return std::all_of(e.checks.begin(), e.checks.end(), [&](const health_check_ptr& check) {
    return only_passing ? check->status == health_passing : check->status != health_critical;
  });
}

std::optional<std::string> ip_bytes(const std::string& text) {
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return std::string(reinterpret_cast<const char*>(&v4), sizeof v4);
  in6_addr v6{};
  if (inet_pton(AF_INET6, text.c_str(), &v6) != 1) return std::nullopt;
  std::string bytes(reinterpret_cast<const char*>(&v6), sizeof v6);
  return IN6_IS_ADDR_V4MAPPED(&v6) ? bytes.substr(12) : bytes;
}

record address_record(std::string bytes, std::uint32_t ttl) {
  record r;
  r.type = bytes.size() == 4 ? rr::a : rr::aaaa;
  r.ttl = ttl;
  r.tail = std::move(bytes);
  return r;
}

} // namespace praetor::dns
