#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace praetor::bench {

using clock = std::chrono::steady_clock;

/// The latencies and other results of one run.
class samples {
public:
  void add(clock::duration latency) {
    micros_.push_back(
        static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::microseconds>(latency).count()));
  }

  /// Counts an outcome other than success, for instance an HTTP status or a DNS response code.
  void count(const std::string& what) { ++outcomes_[what]; }

  void clear() {
    micros_.clear();
    outcomes_.clear();
  }

  /// One line of JSON: count, seconds, rate (a second), p50, p99 and max in microseconds, and the outcomes.
  std::string json(clock::duration elapsed);

private:
  std::vector<std::uint32_t> micros_;
  std::map<std::string, std::uint64_t> outcomes_;
};

} // namespace praetor::bench
