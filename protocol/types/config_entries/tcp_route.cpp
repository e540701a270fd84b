#include "protocol/types/config_entries/tcp_route.hpp"

namespace praetor::config_entries {

expected<void> tcp_route::normalize() {
  for (auto& parent : parents)
    if (parent.kind.empty()) parent.kind = "api-gateway";
  return {};
}

expected<void> tcp_route::validate() const {
  if (services.size() > 1) return fail("tcp-route currently only supports one service");
  if (auto good = check_route_parents(parents); !good) return good;
  return check_meta(meta).result();
}

} // namespace praetor::config_entries
