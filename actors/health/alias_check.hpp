#pragma once

#include "actors/registry/registry.hpp"
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
/// Whether an alias takes notice of a check. Not of its own earlier verdict, and not of other aliases that belong to
/// the node: two of them would keep each other critical for ever.
/// @param same_node the check is of the node of the alias itself
bool counts_for_alias(const health_check& check, const check_definition& alias, bool same_node);
/// Of a target that is not there, or that may not be seen.
alias_verdict missing_target(const check_definition& alias);
/// Tells the registry. Aliases that stand for each other would quote each other at ever greater length, so the output
/// is cut.
void report_alias(check_runner_actor::pointer self, const check_start& start, alias_verdict verdict);

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
  alias_verdict judge(state::watch_set& touched) const;
};

/// A check that follows the checks of a service of this agent and of its node.
check_runner_actor::behavior_type alias_check(check_runner_actor::stateful_pointer<alias_check_state> self,
                                              check_start start);

} // namespace praetor
