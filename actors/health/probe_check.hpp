#pragma once

#include "actors/health/thresholds.hpp"
#include "actors/registry/registry.hpp"

#include <optional>

namespace praetor {

struct probe_check_state {
  static constexpr const char* name = "probe_check";
  probe_check_state() = default;
  /// A deregistered check sends nothing further.
  ~probe_check_state();

  check_runner_actor::pointer self = nullptr;
  check_start start;
  probe_request request;
  std::optional<thresholds> counted;
  std::shared_ptr<running_probe> running;
  std::uint64_t attempt = 0; ///< number of the newest attempt: planned, running or ended

  void plan(nanoseconds delay);
  void attempt_now();
  void ended(const probe_result& result);
};

/// A check that is polled: runs first after a random part of its interval, then one interval after
/// the end of each attempt, so that attempts never overlap.
check_runner_actor::behavior_type probe_check(check_runner_actor::stateful_pointer<probe_check_state> self,
                                              check_start start);

} // namespace praetor
