#pragma once

#include "actors/registry/registry.hpp"

namespace praetor {

struct ttl_check_state {
  static constexpr const char* name = "ttl_check";
  ttl_check_state() = default;

  check_runner_actor::pointer self = nullptr;
  check_start start;
  steady_time deadline;
  bool waiting = false; ///< a wake-up is pending; never more than one, however often clients update

  void countdown(nanoseconds left);
  void wake();
  void expire();
};

/// A check that clients update themselves: critical after its TTL without an update.
check_runner_actor::behavior_type ttl_check(check_runner_actor::stateful_pointer<ttl_check_state> self,
                                            check_start start);

} // namespace praetor
