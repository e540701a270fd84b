#pragma once

#include "actors/gossip/gossip_prober.hpp"
#include "protocol/config/runtime_config.hpp"

#include <optional>
#include <string>
#include <vector>

namespace praetor {

/// This agent as the members of a pool see it.
/// @param storage the id of its Raft log; empty for agents that are no servers
swim::member own_gossip_member(const config::runtime_config& config, bool wan, const std::string& node_id,
                               const std::string& storage);

/// The times and limits of a pool.
swim::settings gossip_limits(const config::runtime_config& config, bool wan);

/// Who may be in the agent's LAN pool: members of its datacenter, each with a node id of its own; or in the WAN pool:
/// servers. Both only from networks that the configuration allows.
swim::merge_check gossip_merge_check(const config::runtime_config& config, bool wan, const std::string& node_id);

/// Which of these members has the node id of another member that is known to be there already, in a sentence.
std::optional<std::string> taken_id(const membership& known, const std::vector<swim::member>& members);

/// All that a prober needs but the ports and who listens. Reads the key ring's file.
/// Error: a key that is none, or a file that can't be read.
expected<gossip_options> configured_gossip(const config::runtime_config& config, bool wan, const std::string& node_id,
                                           const std::string& storage, const ports& outside);

} // namespace praetor
