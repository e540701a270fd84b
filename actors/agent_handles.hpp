#pragma once

#include "actors/rpc/write_path.hpp"
#include "protocol/actors.hpp"

#include <memory>

namespace praetor {

/// The actors that frontends use. Published again when a part is restarted.
struct agent_handles {
  agent_actor agent;
  raft_peer_actor peer;
  snapshotter_actor snapshots;
  registry_actor registry;
  anti_entropy_actor sync;
  watch_directory_actor watches;
  answer_cache_actor answers; ///< cached answers of other servers
  leader_duties_actor duties;
  rpc_gateway_actor gateway;
  gossip_prober_actor lan, wan; ///< null: not a member of that pool
  user_events_actor events;
  write_path writes;
};
using agent_handles_ptr = std::shared_ptr<const agent_handles>;

} // namespace praetor
