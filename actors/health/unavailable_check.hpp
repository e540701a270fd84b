#pragma once

#include "actors/registry/registry.hpp"

namespace praetor {

struct unavailable_check_state {
  static constexpr const char* name = "unavailable_check";
  unavailable_check_state() = default;
};

/// Stands for a kind of check that this agent cannot carry out: says so once, as critical.
check_runner_actor::behavior_type unavailable_check(check_runner_actor::stateful_pointer<unavailable_check_state> self,
                                                    check_start start);

} // namespace praetor
