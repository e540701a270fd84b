#pragma once

#include "actors/registry/registry.hpp"

namespace praetor {

struct unavailable_check_state {
  static constexpr const char* name = "unavailable_check";
  unavailable_check_state() = default;
};

/// Stands in for a check kind that this agent can't run: reports critical once, with the reason.
check_runner_actor::behavior_type unavailable_check(check_runner_actor::stateful_pointer<unavailable_check_state> self,
                                                    check_start start);

} // namespace praetor
