#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>

namespace praetor::simulation {

/// One line on the error stream that says how far it is: rate and time left. Silent unless a person looks or it was
/// asked for.
class progress_line {
public:
  /// @param total pieces of work; 0: nobody knows
  progress_line(std::ostream& out, std::uint64_t total, bool asked);
  void show(std::uint64_t finished, const std::string& remark = "");
  /// Takes the line away.
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
