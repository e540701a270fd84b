#pragma once

#include "actors/health/thresholds.hpp"
#include "actors/registry/registry.hpp"

#include <optional>

namespace praetor {

struct probe_check_state {
  static constexpr const char* name = "probe_check";
  probe_check_state() = default;
  /// Nothing of a check that was taken away reaches the outside any more.
  ~probe_check_state();

  check_runner_actor::pointer self = nullptr;
  check_start start;
  probe_request request;
  std::optional<thresholds> counted;
  std::shared_ptr<running_probe> running;
  std::uint64_t attempt = 0; ///< number of the newest, whether planned, under way or ended

  void plan(nanoseconds delay);
  void attempt_now();
  void ended(const probe_result& result);
};

/// A check that goes out and looks (HTTP, TCP, UDP, script): first after a random part of its interval, then each time
/// an interval after the last attempt ended, so that attempts of one check never overlap.
check_runner_actor::behavior_type probe_check(check_runner_actor::stateful_pointer<probe_check_state> self,
                                              check_start start);

} // namespace praetor
