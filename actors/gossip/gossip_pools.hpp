#pragma once

#include "actors/gossip/gossip_prober.hpp"
#include "protocol/config/runtime_config.hpp"

#include <optional>
#include <string>
#include <vector>

namespace praetor {

/// This agent's description as a member of a pool.
/// @param storage the id of its Raft log; empty for client agents
swim::member own_gossip_member(const config::runtime_config& config, bool wan, const std::string& node_id,
                               const std::string& storage);

/// The settings of a pool.
swim::settings gossip_limits(const config::runtime_config& config, bool wan);

/// Admission to a pool: the LAN pool takes members of this datacenter with unique node ids, the WAN pool takes servers;
/// both only from the allowed networks.
swim::merge_check gossip_merge_check(const config::runtime_config& config, bool wan, const std::string& node_id);

/// A sentence that names the member whose node id a known member already has.
std::optional<std::string> taken_id(const membership& known, const std::vector<swim::member>& members);

/// The options of a prober, except ports and listeners. Reads the key ring file.
/// Error: an invalid key or an unreadable file.
expected<gossip_options> configured_gossip(const config::runtime_config& config, bool wan, const std::string& node_id,
                                           const std::string& storage, const ports& outside);

} // namespace praetor
