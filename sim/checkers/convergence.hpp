#pragma once

#include "sim/cluster.hpp"

#include <string>

namespace praetor::sim {

/// Whether all that live know of each other as alive.
/// @returns what is wrong, or ""
std::string members_disagree(const cluster& c);

/// Whether the leader's catalog has what the agents' registries have, and all that live pass serfHealth.
/// @returns what is wrong, or ""
std::string catalog_disagrees(const cluster& c);

} // namespace praetor::sim
