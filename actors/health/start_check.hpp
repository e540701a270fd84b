#pragma once

#include "actors/registry/registry.hpp"

namespace praetor {

/// Spawns the actor that runs a check, as a child of its registry.
/// @returns null for a definition without a check kind (maintenance)
check_runner_actor start_check(registry_actor::pointer parent, check_start start);

} // namespace praetor
