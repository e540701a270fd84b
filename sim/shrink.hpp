#pragma once

#include "sim/reproduction.hpp"

#include <functional>

namespace praetor::sim {

/// The result of shrinking a failure.
struct shrunk {
  reproduction smallest;  ///< faults, clients and length that still fail
  finding still;          ///< what the same checker still finds
  unsigned attempts = 0;  ///< number of runs
  bool exhausted = false; ///< not minimal: the attempts ran out
};

/// Runs a smaller version. @returns its findings
using attempt = std::function<std::vector<finding>(const reproduction&)>;
/// Called after each attempt; `kept`: the smaller version fails too.
using shrink_progress = std::function<void(unsigned attempts, const reproduction& smallest, bool kept)>;

/// Leaves out faults, then clients, then time, as long as the same checker finds something.
/// @param failing a run that fails, with explicit faults
/// @param what the scenario, for the number of clients and the length
/// @param found by `failing`
/// @param most_attempts limits the number of runs
shrunk shrink(const reproduction& failing, const scenario& what, const finding& found, const attempt& again,
              unsigned most_attempts, const shrink_progress& progress = nullptr);

} // namespace praetor::sim
