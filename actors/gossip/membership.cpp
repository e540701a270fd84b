#include "actors/gossip/membership.hpp"

#include "protocol/swim/address.hpp"

#include <charconv>

namespace praetor {

namespace {

std::int64_t number(std::string_view text) {
  std::int64_t out = 0;
  auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), out);
  return wrong == std::errc{} && end == text.data() + text.size() ? out : 0;
}

} // namespace

std::string_view tag(const swim::member& m, const std::string& name) {
  auto it = m.tags.find(name);
  return it == m.tags.end() ? std::string_view() : it->second;
}

std::optional<known_server> server_of(const swim::member& m) {
  if (tag(m, "role") != "consul") return {};
  auto port = number(tag(m, "port"));
  if (port <= 0 || port > 65535) return {};
  known_server s;
  s.id = tag(m, "id");
  s.name = m.name;
  s.datacenter = tag(m, "dc");
  s.address = swim::join_address(m.address, static_cast<std::uint16_t>(port));
  s.storage = tag(m, "storage");
  s.status = m.status;
  s.bootstrap = m.tags.contains("bootstrap");
  s.nonvoter = m.tags.contains("nonvoter");
  s.tls = m.tags.contains("use_tls");
  s.bootstrap_expect = number(tag(m, "expect"));
  auto build = tag(m, "build");
  s.build = build.substr(0, build.find(':'));
  return s;
}

} // namespace praetor
