#include "frontends/process/gossip_ports.hpp"

#include "actors/gossip/gossip_pools.hpp"
#include "actors/gossip/retry_joiner.hpp"
#include "actors/ports/gossip_files.hpp"
#include "actors/ports/gossip_sockets.hpp"
#include "frontends/process/listeners.hpp"

#include <algorithm>

namespace praetor {

namespace {

expected<std::shared_ptr<const gossip_port>> open_pool(const config::runtime_config& c, bool wan,
                                                       const std::shared_ptr<gossip_loop>& loop) {
  const auto& at = wan ? c.serf_bind_wan : c.serf_bind_lan;
  gossip_socket_options o;
  o.ip = at.host;
  o.port = static_cast<std::uint16_t>(at.port);
  o.stream_time = gossip_limits(c, wan).stream_timeout;
  auto share = descriptors_of(c).gossip;
  o.limits.total = std::min(o.limits.total, share.in_total);
  o.limits.per_address = std::min(o.limits.per_address, share.of_one_address);
  o.limits.reserved = std::min(o.limits.reserved, o.limits.total / 4);
  o.allowed = wan ? c.serf_wan_allowed_cidrs : c.serf_lan_allowed_cidrs;
  auto opened = open_gossip_sockets(loop, o);
  if (!opened) return tl::unexpected(opened.error());
  return std::make_shared<const gossip_port>(std::move(*opened));
}

} // namespace

expected<void> open_gossip_ports(ports& p, const config::runtime_config& c) {
  if (c.ports.serf_lan <= 0) return {};
  if (auto good = check_join_addresses("retry_join", c.retry_join_lan); !good) return good;
  if (auto good = check_join_addresses("retry_join_wan", c.retry_join_wan); !good) return good;
  auto loop = std::make_shared<gossip_loop>();
  p.names = make_name_resolver(loop);
  if (!c.data_dir.empty()) p.gossip_files = open_gossip_files(c.data_dir);
  auto lan = open_pool(c, false, loop);
  if (!lan) return tl::unexpected(lan.error());
  p.gossip_lan = std::move(*lan);
  if (!c.server || !c.serf_bind_wan.is_set()) return {};
  auto wan = open_pool(c, true, loop);
  if (!wan) return tl::unexpected(wan.error());
  p.gossip_wan = std::move(*wan);
  return {};
}

} // namespace praetor
