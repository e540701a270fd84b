#pragma once

#include <cstdint>
#include <string_view>

namespace praetor::metrics {

/// How values are combined: a gauge shows the last one, counters and samples are summed.
enum class kind : std::uint8_t { gauge, counter, sample };

/// A declared metric.
struct metric {
  kind what;
  std::string_view name; ///< without prefix: "raft.apply"
  std::string_view help; ///< empty: the Prometheus text shows the metric only once it has a value
};

} // namespace praetor::metrics
