#pragma once

#include "actors/agent_tokens.hpp"
#include "actors/gossip_secret.hpp"
#include "actors/leadership.hpp"
#include "actors/local_state.hpp"
#include "actors/membership.hpp"
#include "actors/remote_call.hpp"
#include "actors/token_resolver.hpp"
#include "storage/state/store.hpp"

#include <atomic>
#include <memory>

namespace praetor {

namespace config {
struct runtime_config;
}

namespace metrics {
class telemetry;
}

struct agent_handles;
class request_server;
struct autopilot_state;

/// What any thread may read of an agent without asking an actor. Each part has one actor that publishes it.
struct agent_view {
  state::publication state;                                            ///< by state_machine
  leadership_board leader;                                             ///< by raft_peer
  local_state_publication registry;                                    ///< by registry
  std::atomic<std::shared_ptr<const config::runtime_config>> settings; ///< by agent
  std::atomic<std::shared_ptr<const agent_handles>> handles;           ///< by agent
  std::atomic<std::shared_ptr<const membership>> lan, wan;             ///< by the gossip_prober of each; null: no pool
  std::atomic<std::shared_ptr<const known_servers>> servers;           ///< by agent, from the pool's members
  std::atomic<gossip_secret_ptr> gossip_secret;                        ///< by the LAN pool's gossip_prober
  std::atomic<std::shared_ptr<const peer_links>> links;                ///< by rpc_router
  std::atomic<std::shared_ptr<request_server>> requests;               ///< by the frontends; null: they are not there
  std::atomic<std::shared_ptr<metrics::telemetry>> telemetry;          ///< by agent; null: nothing is measured
  std::atomic<std::shared_ptr<const autopilot_state>> autopilot;       ///< by autopilot; null unless this server leads
  agent_tokens tokens;                                                 ///< by agent, and by requests that set one
  token_resolver resolver;                                             ///< who holds a token
};
using agent_view_ptr = std::shared_ptr<agent_view>;

} // namespace praetor
