#pragma once

#include "actors/registry/registry.hpp"

namespace praetor {

/// Spawns the worker that carries out a check, as a child of its registry.
/// @returns null for a definition that asks for no kind of check (maintenance)
check_runner_actor start_check(registry_actor::pointer parent, check_start start);

} // namespace praetor
