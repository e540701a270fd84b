#pragma once

#include "sim/reproduction.hpp"

#include <functional>

namespace praetor::sim {

/// What became of a failure that was made smaller.
struct shrunk {
  reproduction smallest;  ///< faults, clients and length that still fail
  finding still;          ///< what the same checker finds then
  unsigned attempts = 0;  ///< runs that it took
  bool exhausted = false; ///< it could be smaller yet: the attempts ran out
};

/// Tries one smaller version. @returns what is found in it
using attempt = std::function<std::vector<finding>(const reproduction&)>;
/// Told after each attempt; `kept` says that the smaller version fails too.
using shrink_progress = std::function<void(unsigned attempts, const reproduction& smallest, bool kept)>;

/// Leaves out faults, then clients, then time, as long as the same checker finds something.
/// @param failing a run that fails; its faults are given
/// @param what the scenario, for the number of clients and the length
/// @param found by `failing`
/// @param most_attempts bounds the number of runs
shrunk shrink(const reproduction& failing, const scenario& what, const finding& found, const attempt& again,
              unsigned most_attempts, const shrink_progress& progress = nullptr);

} // namespace praetor::sim
