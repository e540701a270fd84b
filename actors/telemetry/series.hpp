#pragma once

#include "actors/telemetry/sink.hpp"

#include <vector>

namespace praetor::metrics {

/// One metric with one set of labels: passes its values to all sinks.
class series {
public:
  explicit series(const std::atomic<std::int64_t>& running) : running_(running) {}

  /// Thread-safe. A gauge shows the last value of an interval; the values of counters and samples are summed.
  void write(double value) {
    if (!id.allowed.load(std::memory_order_relaxed)) return;
    auto interval = running_.load(std::memory_order_relaxed);
    for (auto* r : recorders) r->record(value, interval);
  }

  series_id id;
  std::vector<recorder*> recorders; ///< one per sink; complete before the first `write`

private:
  const std::atomic<std::int64_t>& running_;
};

} // namespace praetor::metrics
