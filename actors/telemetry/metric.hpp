#pragma once

#include <cstdint>
#include <string_view>

namespace praetor::metrics {

/// How the values of a metric are shown: a gauge by its last value, a counter and a sample by their sums.
enum class kind : std::uint8_t { gauge, counter, sample };

/// A metric as its component declares it.
struct metric {
  kind what;
  std::string_view name; ///< without prefix: "raft.apply"
  std::string_view help; ///< empty: the Prometheus text shows the metric only once it is written
};

} // namespace praetor::metrics
