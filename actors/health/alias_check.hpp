#pragma once

#include "actors/registry.hpp"
#include "storage/state/watch.hpp"

#include <vector>

namespace praetor {

/// What an alias makes of the checks that it stands for.
struct alias_verdict {
  std::string status;
  std::string output;
};

/// The first critical check decides, else the last one with a warning.
alias_verdict judge_alias(const std::vector<health_check_ptr>& checks);

struct alias_check_state {
  static constexpr const char* name = "alias_check";
  alias_check_state() = default;

  check_runner_actor::pointer self = nullptr;
  check_start start;
  std::shared_ptr<state::trigger> armed;
  std::uint64_t generation = 0; ///< of `armed`

  /// Looks at the target, reports, and arms the trigger for the next change.
  void look();

private:
  alias_verdict look_at_registry(state::watch_set& touched) const;
  alias_verdict look_at_catalog(state::watch_set& touched) const;
};

/// A check that follows the checks of a service and of its node: on this agent, or anywhere in the catalog.
check_runner_actor::behavior_type alias_check(check_runner_actor::stateful_pointer<alias_check_state> self,
                                              check_start start);

} // namespace praetor
