#include "actors/rpc/rpc_router.hpp"

#include "protocol/base/randomness.hpp"

#include <algorithm>

namespace praetor {

namespace {

constexpr auto rebalance_least = std::chrono::minutes(2), rebalance_spread = std::chrono::minutes(1);
constexpr auto rebalance_per_member = std::chrono::microseconds(15625);
constexpr auto link_restart = std::chrono::seconds(1);

/// Servers that left are gone; failed ones may return at any moment.
bool worth_a_link(const known_server& s) {
  return s.status != swim::member_status::left && s.status != swim::member_status::none;
}

/// Retries held requests at once, or fails them if no server is left.
void look_at_held(rpc_router_state& s) {
  for (auto& [place, r] : s.held) r->notes.due = steady_time{};
  if (!s.held.empty()) s.retry();
}

} // namespace

void rpc_router_state::start_link(const known_server& s) {
  auto handle = options.connect(self, s);
  self->monitor(handle);
  links[s.id] = {handle, s.datacenter, s.address, false};
}

void rpc_router_state::publish_links() {
  auto now = std::make_shared<peer_links>();
  for (const auto& [id, l] : links) now->emplace(id, l.handle);
  options.view->links.store(std::move(now));
}

void rpc_router_state::members_changed(const known_servers& now) {
  bool changed = false;
  for (auto it = links.begin(); it != links.end();) {
    auto* known = now.find(it->first);
    if (known && worth_a_link(*known)) {
      ++it;
      continue;
    }
    self->send_exit(it->second.handle, caf::exit_reason::user_shutdown);
    drop(it->first, it->second.datacenter);
    it = links.erase(it);
    changed = true;
  }
  for (const auto& s : now.servers) {
    if (s.id == options.own_id || !worth_a_link(s)) continue;
    auto it = links.find(s.id);
    if (it == links.end()) {
      start_link(s);
      // A place of its own for each agent, so that they spread over the servers.
      auto& rotation = rotations[s.datacenter];
      auto place = draw_below(random, rotation.size() + 1);
      rotation.insert(rotation.begin() + static_cast<std::ptrdiff_t>(place), s.id);
      changed = true;
    } else if (it->second.address != s.address) {
      it->second.address = s.address;
      self->send(it->second.handle, messages::server_moved{s.address});
    }
  }
  if (!options.server) look_at_held(*this);
  if (!changed) return;
  publish_links();
  if (!options.server) schedule_rebalance();
}

void rpc_router_state::link_changed(const std::string& id, bool up) {
  auto it = links.find(id);
  if (it == links.end() || it->second.up == up) return;
  it->second.up = up;
  if (!up) rotate(id);
  look_at_held(*this);
}

void rpc_router_state::link_lost(const caf::actor_addr& which) {
  auto it = std::find_if(links.begin(), links.end(), [&](const auto& l) { return l.second.handle.address() == which; });
  if (it == links.end()) return;
  auto id = it->first;
  drop(id, it->second.datacenter);
  links.erase(it);
  std::vector<std::uint64_t> lost;
  for (const auto& [number, f] : flights)
    if (f.server == id) lost.push_back(number);
  for (auto number : lost)
    ended(number, {fail(error_code::disconnected, "the link to server " + id + " has failed"), true});
  look_at_held(*this);
  publish_links();
  // Recreated from gossip's current view.
  auto known = options.view->servers.load();
  if (known) self->delayed_send(self, link_restart, members_atom_v, local<std::shared_ptr<const known_servers>>{known});
}

void rpc_router_state::drop(const std::string& id, const std::string& datacenter) {
  auto& rotation = rotations[datacenter];
  std::erase(rotation, id);
  if (rotation.empty()) rotations.erase(datacenter);
}

void rpc_router_state::rotate(const std::string& failed) {
  auto link = links.find(failed);
  if (link == links.end()) return;
  auto& rotation = rotations[link->second.datacenter];
  if (rotation.size() < 2 || rotation.front() != failed) return;
  rotation.pop_front();
  rotation.push_back(failed);
}

void rpc_router_state::shuffle() {
  for (auto& [datacenter, rotation] : rotations) std::shuffle(rotation.begin(), rotation.end(), random);
  schedule_rebalance();
}

void rpc_router_state::schedule_rebalance() {
  auto servers = static_cast<std::int64_t>(std::max<std::size_t>(links.size(), 1));
  auto pool = options.view->lan.load();
  auto members = pool ? static_cast<std::int64_t>(pool->members.size()) : 1;
  nanoseconds spread{rebalance_spread};
  auto wait = std::max<nanoseconds>(nanoseconds{rebalance_least} + jitter(random, spread),
                                    nanoseconds{rebalance_per_member} * members / servers);
  rebalance.start(self, wait);
}

} // namespace praetor
