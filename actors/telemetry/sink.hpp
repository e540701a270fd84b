#pragma once

#include "actors/telemetry/metric.hpp"
#include "protocol/types/values.hpp"

#include <atomic>
#include <cstdint>
#include <string>

namespace praetor::metrics {

/// What identifies a series: one metric with one set of labels.
struct series_id {
  kind what;
  std::string short_name; ///< as components know it: "raft.apply"
  std::string name;       ///< in full
  string_map labels;
  std::string key; ///< unique; sorts by full name, labels, kind

  /// False while the name filter blocks the series: it is not written then.
  std::atomic<bool> allowed{true};
};

/// Where a sink takes the values of one series.
class recorder {
public:
  virtual ~recorder() = default;
  /// Any thread.
  /// @param interval the number of the running interval, counted from 1970
  virtual void record(double value, std::int64_t interval) = 0;
};

/// One place that measured values go to: a report, a text, a server that gathers statistics.
class sink {
public:
  virtual ~sink() = default;
  /// A component has declared a metric with a help text. Any thread.
  virtual void declare(const metric&) {}
  /// A series is made: called once for each, before its first value. Any thread.
  /// @param id outlives the sink
  /// @returns the recorder of its values, which belongs to the sink
  virtual recorder& open(const series_id& id) = 0;
};

} // namespace praetor::metrics
