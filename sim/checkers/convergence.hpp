#pragma once

#include "sim/cluster.hpp"

#include <string>
#include <vector>

namespace praetor::sim {

/// Whether all that live know of each other as alive.
/// @returns what is wrong, or ""
std::string members_disagree(const cluster& c);

/// Whether all servers that live know of each other as alive in the WAN pool.
/// @returns what is wrong, or ""
std::string wan_members_disagree(const std::vector<const cluster*>& datacenters);

/// Whether the leader's Raft configuration names all servers there are as voters, and none that is gone for good.
/// @returns what is wrong, or ""
std::string voters_disagree(const cluster& c);

/// Whether the leader's catalog has what the agents' registries have, and all that live pass serfHealth.
/// @returns what is wrong, or ""
std::string catalog_disagrees(const cluster& c);

} // namespace praetor::sim
