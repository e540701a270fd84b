#pragma once

#include "protocol/types/error.hpp"
#include "sim/run.hpp"

#include <optional>
#include <string>
#include <vector>

namespace praetor::sim {

/// What determines a run, besides its scenario: enough to replay it, or a smaller version of it.
struct reproduction {
  std::string scenario;
  std::uint64_t seed = 1;
  /// Replaces the scenario's faults.
  std::optional<fault_schedule> faults;
  std::vector<unsigned> without_clients; ///< see `run_options`
  std::optional<duration> length;        ///< replaces the scenario's length

  bool operator==(const reproduction&) const = default;
};

/// Runs it.
/// @param what the scenario with its name
run_result run(const scenario& what, const reproduction& how, observer* watcher = nullptr,
               std::optional<duration> until = {});

/// The number of clients in all workloads of a scenario.
unsigned clients_of(const scenario& what);

/// JSON in the form that people edit: times in seconds.
std::string to_json(const reproduction& how);
/// Parses the output of `to_json`, or just a list of faults. Errors name the position and the correction.
expected<reproduction> read_reproduction(const std::string& text);

/// A number of seconds with as many decimals as necessary: "3.25".
std::string seconds_text(duration time);

} // namespace praetor::sim
