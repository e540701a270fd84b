#pragma once

#include "actors/registry/registry.hpp"
#include "storage/state/watch.hpp"

#include <vector>

namespace praetor {

/// The combined status of an alias's target checks.
struct alias_verdict {
  std::string status;
  std::string output;
};

/// The first critical check decides, otherwise the last warning (Consul: agent/checks/alias.go).
alias_verdict judge_alias(const std::vector<health_check_ptr>& checks);
/// Whether an alias considers a check. It ignores its own earlier result, and other aliases of the node: two of them
/// would keep each other critical forever.
/// @param same_node the check belongs to the alias's own node
bool counts_for_alias(const health_check& check, const check_definition& alias, bool same_node);
/// The result for a target that does not exist or is not readable.
alias_verdict missing_target(const check_definition& alias);
/// Reports to the registry. Truncates the output, because aliases that follow each other would quote each other at
/// growing length.
void report_alias(check_runner_actor::pointer self, const check_start& start, alias_verdict verdict);

struct alias_check_state {
  static constexpr const char* name = "alias_check";
  alias_check_state() = default;

  check_runner_actor::pointer self = nullptr;
  check_start start;
  std::shared_ptr<state::trigger> armed;
  std::uint64_t generation = 0; ///< of `armed`

  /// Reads the target, reports, and arms the trigger for the next change.
  void look();

private:
  alias_verdict judge(state::watch_set& touched) const;
};

/// A check that follows the checks of a local service and its node.
check_runner_actor::behavior_type alias_check(check_runner_actor::stateful_pointer<alias_check_state> self,
                                              check_start start);

} // namespace praetor
