#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace praetor::simulation {

/// What became of one piece of work.
struct work_done {
  std::string output; ///< what the work returned
  /// Why there is no output: "it was ended by signal 6 (Aborted)".
  std::string died;
};

/// What is to be done, and who is told.
struct work_list {
  std::uint64_t pieces = 0;
  unsigned jobs = 1; ///< processes at a time
  /// Runs in a process of its own, so that no piece can disturb another.
  std::function<std::string(std::uint64_t piece)> work;
  /// Called in the order of the pieces. @returns false to begin nothing more
  std::function<bool(std::uint64_t piece, const work_done&)> done;
  /// Asked about once a second and whenever a piece has ended; false to begin nothing more.
  std::function<bool(std::uint64_t finished)> meanwhile;
  /// A piece that takes longer is ended: a world that stands still would do so for ever.
  std::chrono::seconds limit{600};
};

/// Does all of it. Must be called while the process has one thread.
void run_in_processes(const work_list& list);

/// Does one piece; see above.
work_done run_in_process(const std::function<std::string()>& work, std::chrono::seconds limit);

} // namespace praetor::simulation
