#pragma once

#include "sim/scenario.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace praetor::sim {

/// A violation found by a checker.
struct finding {
  std::string checker; ///< "one leader a term", "linearizable kv", ...
  duration at{0};
  std::string text;
};

/// Observes a run, for reports. Observing does not affect it: the trace stays the same.
class observer {
public:
  virtual ~observer() = default;
  virtual void fault_begins(duration, const fault&, const std::vector<std::string>& /*nodes*/) {}
  virtual void fault_ends(duration, const fault&) {}
  virtual void node_starts(duration, const std::string& /*node*/) {}
  virtual void node_stops(duration, const std::string& /*node*/) {}
  /// A line of the agent's log, with its time and module.
  virtual void logs(duration, const std::string& /*node*/, std::string_view /*line*/) {}
  virtual void leads(duration, const std::string& /*node*/, std::uint64_t /*term*/) {}
  virtual void message(duration /*sent*/, duration /*arrived*/, const std::string& /*from*/, const std::string& /*to*/,
                       std::string_view /*kind*/, std::size_t /*bytes*/) {}
  /// A client's operation has ended, or never will. Times as in operation.
  virtual void operation_ends(const std::string& /*process*/, std::string_view /*what*/, const std::string& /*key*/,
                              const std::string& /*value*/, duration /*called*/, duration /*returned*/,
                              std::string_view /*ok, fail or unknown*/) {}
  virtual void found(const finding&) {}
};

struct run_options {
  std::uint64_t seed = 1;
  /// Replaces the scenario's faults.
  std::optional<fault_schedule> faults;
  /// Clients that are left out, by number (counted over all workloads in order), for shrinking.
  std::vector<unsigned> without_clients;
  /// Stops here, without the closing checks.
  std::optional<duration> until;
  observer* watcher = nullptr;
};

/// The result of one run.
struct run_result {
  std::uint64_t seed = 0;
  std::uint64_t trace = 0;       ///< hash of all events
  fault_schedule faults;         ///< as planned
  std::vector<finding> findings; ///< empty: no checker found a violation
  /// Registers whose history exceeded the search limit: neither passed nor failed.
  std::vector<std::string> undecided;
  duration simulated{0};
  std::uint64_t steps = 0, requests = 0, answers = 0, unknown = 0, operations = 0, entries = 0;
  std::uint64_t terms = 0, lives = 0, snapshots_installed = 0;
  std::uint64_t messages = 0, connections = 0, packets = 0, bytes = 0;
};

/// The scenario's faults for a seed.
fault_schedule faults_of(const scenario& what, std::uint64_t seed);

/// Runs the scenario once. Equal arguments give equal results, on every platform.
run_result run(const scenario& what, const run_options& options);

} // namespace praetor::sim
