#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace praetor::simulation {

/// The result of one piece of work.
struct work_done {
  std::string output; ///< the return value
  /// Why there is no output: "it was ended by signal 6 (Aborted)".
  std::string died;
};

/// A list of work, and its callbacks.
struct work_list {
  std::uint64_t pieces = 0;
  unsigned jobs = 1; ///< concurrent processes
  /// Runs in a process of its own, so that pieces can't affect each other.
  std::function<std::string(std::uint64_t piece)> work;
  /// Called in the order of the pieces. @returns false to start no further ones
  std::function<bool(std::uint64_t piece, const work_done&)> done;
  /// Called about once a second and whenever a piece has ended; returns false to start no further ones.
  std::function<bool(std::uint64_t finished)> meanwhile;
  /// The timeout of a piece: a world that makes no progress would run forever.
  std::chrono::seconds limit{600};
};

/// Executes all of it. Call while the process has a single thread.
void run_in_processes(const work_list& list);

/// Executes one piece; see above.
work_done run_in_process(const std::function<std::string()>& work, std::chrono::seconds limit);

} // namespace praetor::simulation
