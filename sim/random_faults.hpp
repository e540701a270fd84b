#pragma once

#include "sim/scenario.hpp"

#include <map>
#include <random>

namespace praetor::sim {

/// The rates of random faults.
struct fault_rates {
  std::map<fault_kind, double> a_minute; ///< on average
  duration shortest = std::chrono::milliseconds(5), longest = std::chrono::seconds(4);
  /// No fault starts earlier, so that the cluster can form first.
  duration from = std::chrono::seconds(2);
};

/// All kinds that a cluster of three or more must tolerate; those common in practice more often.
fault_rates usual_rates();

/// A schedule for a world of that length: each kind at random times, on random nodes.
fault_schedule random_faults(const fault_rates& rates, const scenario& what, std::mt19937_64& random);

} // namespace praetor::sim
