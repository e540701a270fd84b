#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>

namespace praetor::simulation {

/// A progress line on the error stream: rate and remaining time. Silent unless it is a terminal or was requested.
class progress_line {
public:
  /// @param total pieces of work; 0: unknown
  progress_line(std::ostream& out, std::uint64_t total, bool asked);
  void show(std::uint64_t finished, const std::string& remark = "");
  /// Erases the line.
  void end();
  double elapsed_seconds() const;

private:
  using steady = std::chrono::steady_clock;
  std::ostream& out_;
  std::uint64_t total_;
  bool shown_, terminal_;
  steady::time_point began_ = steady::now(), last_{};
};

} // namespace praetor::simulation
