#pragma once

#include "actors/gossip/membership.hpp"
#include "actors/raft/leadership.hpp"
#include "storage/state/store.hpp"

#include <atomic>
#include <memory>

namespace praetor {

struct autopilot_state;

/// The agent's knowledge of its datacenter. Any thread reads it without asking an actor; each part has one actor that
/// publishes it.
struct published_state {
  state::publication state;                                      ///< by state_machine
  leadership_board leader;                                       ///< by raft_peer
  std::atomic<std::shared_ptr<const membership>> lan, wan;       ///< by each pool's gossip_prober; null: no pool
  std::atomic<std::shared_ptr<const known_servers>> servers;     ///< by agent, from the pool's members
  std::atomic<std::shared_ptr<const autopilot_state>> autopilot; ///< by autopilot; null unless this server leads
};
using published_state_ptr = std::shared_ptr<published_state>;

} // namespace praetor
