#pragma once

#include "actors/telemetry/sink.hpp"

#include <map>
#include <memory>
#include <shared_mutex>

namespace praetor::metrics {

/// All values since the start in Prometheus text format 0.0.4. Metrics with a help text are always shown, other series
/// for a while after their last value.
class prometheus_sink final : public sink {
public:
  /// @param prefix of all names
  /// @param retention the number of intervals for which a value counts in quantiles and a series is shown
  prometheus_sink(std::string prefix, std::int64_t retention);
  ~prometheus_sink() override;

  void declare(const metric& m) override;
  recorder& open(const series_id& id) override;
  /// @param running the number of the current interval
  std::string text(std::int64_t running) const;

private:
  class entry;
  class gauge_entry;
  class sum_entry;
  class families;

  struct description {
    kind what;
    std::string help;
  };
  const description* described(const std::string& short_name) const;
  bool shows(entry& e, std::int64_t running) const;

  const std::string prefix_;
  const std::int64_t retention_;
  mutable std::shared_mutex guard_;                                    ///< guards both maps, not the values
  std::map<std::string, std::unique_ptr<entry>, std::less<>> entries_; ///< by the key of the series
  std::map<std::string, description, std::less<>> descriptions_;       ///< by name without prefix
};

} // namespace praetor::metrics
