#pragma once

#include "sim/node.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace praetor::sim {

/// One server, clients of all kinds, crashes.
struct single_agent_options {
  std::uint64_t seed = 1;
  duration length = std::chrono::seconds(20);
  /// Between two crashes, on average; 0 = none.
  duration crash_interval = std::chrono::seconds(5);
  node_options node;
};

struct run_report {
  std::uint64_t seed = 0;
  std::uint64_t trace = 0; ///< hash of all that happened
  std::uint64_t steps = 0, requests = 0, answers = 0, unknown = 0, operations = 0, entries = 0;
  std::uint64_t lives = 0, snapshots = 0;
  std::vector<std::string> findings; ///< empty: all checkers are content
};

/// Runs the scenario, and at its end looks at everything once more in a new life of the agent.
run_report run_single_agent(const single_agent_options& options);

} // namespace praetor::sim
