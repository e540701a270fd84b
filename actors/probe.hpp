#pragma once

#include "protocol/types/definitions.hpp"
#include "protocol/types/error.hpp"

#include <functional>
#include <memory>
#include <string>

namespace praetor {

/// One attempt of a health check.
struct probe_request {
  check_definition definition;
  nanoseconds timeout{0}; ///< with the kind's default filled in
  std::size_t output_limit = 4096;
};

/// The result of an attempt. `at_once` bypasses the thresholds (a script that timed out or could not be started).
struct probe_result {
  std::string status; ///< passing, warning, critical
  std::string output;
  bool at_once = false;
};

/// A running probe; after its destruction no callback runs.
class running_probe {
public:
  virtual ~running_probe() = default;
  virtual void cancel() = 0;
};

/// The port through which checks reach the outside: sockets and processes, or a script in the simulator.
class probe_port {
public:
  virtual ~probe_port() = default;
  /// Whether the machine has what such a check needs; the error says what is missing. Never blocks.
  virtual expected<void> possible(const check_definition&) const { return {}; }
  /// Never blocks. `done` runs once, on any thread.
  virtual std::shared_ptr<running_probe> start(const probe_request& request,
                                               std::function<void(probe_result)> done) = 0;
};

} // namespace praetor
