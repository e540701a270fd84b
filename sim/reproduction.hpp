#pragma once

#include "protocol/types/error.hpp"
#include "sim/run.hpp"

#include <optional>
#include <string>
#include <vector>

namespace praetor::sim {

/// What one run needs beside its scenario: enough to see the same again, or a smaller version of it.
struct reproduction {
  std::string scenario;
  std::uint64_t seed = 1;
  /// In place of those that the scenario makes.
  std::optional<fault_schedule> faults;
  std::vector<unsigned> without_clients; ///< as in `run_options`
  std::optional<duration> length;        ///< in place of the scenario's

  bool operator==(const reproduction&) const = default;
};

/// Runs it.
/// @param what the scenario that it names
run_result run(const scenario& what, const reproduction& how, observer* watcher = nullptr,
               std::optional<duration> until = {});

/// How many clients a scenario has, over all its workloads.
unsigned clients_of(const scenario& what);

/// As JSON, in the form that people edit: times in seconds.
std::string to_json(const reproduction& how);
/// Reads `to_json`'s form, or a list of faults alone. Errors name the place and what would be right.
expected<reproduction> read_reproduction(const std::string& text);

/// A number of seconds with as many decimals as it takes: "3.25".
std::string seconds_text(duration time);

} // namespace praetor::sim
