#pragma once

#include "sim/scenario.hpp"

#include <random>
#include <string>
#include <vector>

namespace praetor::sim {

/// Composes a schedule of faults. Times and time amounts are in seconds.
class planner {
public:
  using names = std::vector<std::string>;
  explicit planner(std::mt19937_64& random) : random_(random) {}

  /// Uniform in [least, most), in thousandths of the range.
  double between(double least, double most);
  bool one_in(unsigned n) { return random_() % n == 0; }
  planner& add(fault_kind kind, double at, double lasts, names nodes = {}, double amount = 0);
  /// Sorted by time.
  fault_schedule done() const;

private:
  std::mt19937_64& random_;
  fault_schedule faults_;
};

/// A scenario with three servers and a length of `seconds`; `plan` composes its faults.
scenario make_scenario(std::string name, std::string about, std::vector<workload> work, unsigned seconds,
                       std::function<void(planner&)> plan);

} // namespace praetor::sim
