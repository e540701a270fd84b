#pragma once

#include "sim/cluster.hpp"

#include <string>
#include <vector>

namespace praetor::sim {

/// Checks that all live agents see each other as alive.
/// @returns the fault, or ""
std::string members_disagree(const cluster& c);

/// Checks that all live servers see each other as alive in the WAN pool.
/// @returns the fault, or ""
std::string wan_members_disagree(const std::vector<const cluster*>& datacenters);

/// Checks that the leader's Raft configuration has all existing servers as voters, and none that is gone for good.
/// @returns the fault, or ""
std::string voters_disagree(const cluster& c);

/// Checks that the leader's catalog matches the agents' registries, and that serfHealth passes for all live agents.
/// @returns the fault, or ""
std::string catalog_disagrees(const cluster& c);

} // namespace praetor::sim
