#pragma once

#include "actors/telemetry/interval_report.hpp"
#include "actors/telemetry/sink.hpp"

#include <map>
#include <memory>
#include <shared_mutex>

namespace praetor::metrics {

/// Keeps the values of the last intervals in memory for `agent/metrics`.
class interval_sink final : public sink {
public:
  /// The number of intervals kept: a minute of complete ones and the current one.
  static constexpr std::size_t kept_intervals = 7;

  interval_sink();
  ~interval_sink() override;

  recorder& open(const series_id& id) override;
  /// The values of an interval, sorted by name.
  interval_report report(std::int64_t interval) const;

private:
  class entry;
  class gauge_entry;
  class sum_entry;

  mutable std::shared_mutex guard_;                                    ///< of the map, not of the values
  std::map<std::string, std::unique_ptr<entry>, std::less<>> entries_; ///< by the key of the series
};

} // namespace praetor::metrics
