#pragma once

#include "actors/telemetry/metric.hpp"
#include "protocol/types/values.hpp"

#include <atomic>
#include <cstdint>
#include <string>

namespace praetor::metrics {

/// Identifies a series: one metric with one set of labels.
struct series_id {
  kind what;
  std::string short_name; ///< the component's name for it: "raft.apply"
  std::string name;       ///< the full name
  string_map labels;
  std::string key; ///< unique; sorts by full name, labels, kind

  /// False while the name filter blocks the series: values are dropped then.
  std::atomic<bool> allowed{true};
};

/// Receives the values of one series in a sink.
class recorder {
public:
  virtual ~recorder() = default;
  /// Thread-safe.
  /// @param interval the number of the current interval, counted from 1970
  virtual void record(double value, std::int64_t interval) = 0;
};

/// A destination of metrics: a report, a text, a statistics server.
class sink {
public:
  virtual ~sink() = default;
  /// A component declared a metric with a help text. Thread-safe.
  virtual void declare(const metric&) {}
  /// Called once for each new series, before its first value. Thread-safe.
  /// @param id outlives the sink
  /// @returns the recorder for its values, owned by the sink
  virtual recorder& open(const series_id& id) = 0;
};

} // namespace praetor::metrics
