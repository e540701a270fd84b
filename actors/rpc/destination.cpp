#include "actors/rpc/destination.hpp"

#include "actors/published_state.hpp"
#include "protocol/config/runtime_config.hpp"

#include <algorithm>

namespace praetor {

namespace {

bool has_servers_of(std::string_view datacenter, const published_state& known) {
  auto all = known.servers.load();
  return all && std::any_of(all->servers.begin(), all->servers.end(),
                            [&](const known_server& s) { return s.datacenter == datacenter; });
}

} // namespace

next_hop next_hop_of(const destination& to, const standpoint& from) {
  bool own = to.datacenter == from.datacenter;
  if (to.who == answerer::agent) return own ? next_hop::here : next_hop::none;
  if (!from.is_server) return next_hop::server;
  if (!own) return has_servers_of(to.datacenter, from.known) ? next_hop::server : next_hop::none;
  bool answers = to.who == answerer::any_server || from.known.leader.is_recent(to.max_age, from.now);
  return answers ? next_hop::here : next_hop::server;
}

error no_path() { return error{"No path to datacenter"}; }

bool keeps_access_records(const config::runtime_config& c) { return c.primary_datacenter == c.datacenter; }

} // namespace praetor
