#pragma once

#include "actors/access/agent_tokens.hpp"
#include "actors/gossip/gossip_secret.hpp"
#include "actors/registry/local_state.hpp"

#include <atomic>
#include <memory>

namespace praetor {

namespace config {
struct runtime_config;
}

/// The agent's own data. Any thread reads it without asking an actor; each part has one actor that publishes it.
struct agent_local {
  std::atomic<std::shared_ptr<const config::runtime_config>> settings; ///< by agent
  local_state_publication registry;                                    ///< by registry
  agent_tokens tokens;                                                 ///< by agent, and by requests that set one
  std::atomic<gossip_secret_ptr> gossip_secret;                        ///< by the LAN pool's gossip_prober
};

} // namespace praetor
