#pragma once

#include "actors/telemetry/interval_report.hpp"
#include "actors/telemetry/name_filter.hpp"
#include "actors/telemetry/series.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <vector>

namespace praetor::metrics {

class interval_sink;
class prometheus_sink;

struct settings {
  std::string prefix = "consul";
  std::string host_name; ///< second part of gauge names; empty: omitted
  name_filter filter;
  nanoseconds prometheus_retention{0}; ///< zero: Prometheus text is disabled
};

/// The metrics of one agent. Components write through their metrics (group.hpp), and sinks receive the values. Values
/// are aggregated in intervals of ten seconds of wall time. Time advances only through `advance`, called when an
/// interval ends.
///
/// Series live as long as this object: callers on hot paths look theirs up once and keep the reference. Label values
/// must come from a bounded set. Names have no prefix: "api.http".
class telemetry {
public:
  static constexpr nanoseconds interval = std::chrono::seconds(10);
  using reader = std::function<void()>;
  using listener = std::function<void(const interval_report&)>;

  /// @param now Unix time
  telemetry(settings s, nanoseconds now);
  ~telemetry();
  telemetry(const telemetry&) = delete;

  /// Declares a component's metric.
  void declare(const metric& m);
  /// The series with this name and these labels, created if absent. Thread-safe.
  series& find(kind what, std::string_view name, const string_map& labels = {});
  /// Adds a destination. Call before the first metric is declared.
  void add_sink(std::unique_ptr<sink> s) { sinks_.push_back(std::move(s)); }

  /// Sets the function that writes polled gauges: called by `begin` and at the end of each interval, on any thread.
  void read_with(reader write_gauges) { reader_ = std::move(write_gauges); }
  /// The agent is ready: starts the first interval and reads the gauges.
  void begin(nanoseconds now);
  /// Advances the time. If an interval has ended since the last call, reads the gauges and notifies the followers.
  /// @returns whether one has ended
  bool advance(nanoseconds now);
  /// Applies changed rules; series that were blocked start empty.
  void set_filter(name_filter filter);

  /// The last complete interval, or the current one if none is complete yet.
  interval_report report() const;
  /// Calls `each` for every interval that ends. @returns the number to pass to `forget`
  std::uint64_t follow(listener each);
  void forget(std::uint64_t number);

  /// How long the Prometheus text shows a series after its last value; zero if disabled.
  nanoseconds prometheus_retention() const { return settings_.prometheus_retention; }
  /// All values since the start in Prometheus text format 0.0.4; "" if disabled.
  std::string prometheus_text() const;

private:
  bool end_intervals(nanoseconds now);
  void tell() const;
  std::string full_name(kind what, std::string_view name) const;

  const settings settings_;
  std::atomic<std::int64_t> running_; ///< number of the current interval, counted from 1970
  std::atomic<std::int64_t> first_;   ///< the first interval
  reader reader_;
  mutable std::shared_mutex guard_; ///< guards the map and the filter, not the values
  name_filter filter_;
  std::map<std::string, std::unique_ptr<series>, std::less<>> series_; ///< by key
  std::vector<std::unique_ptr<sink>> sinks_;                           ///< they refer to the series
  interval_sink* intervals_;
  prometheus_sink* prometheus_ = nullptr; ///< null if disabled
  mutable std::mutex listeners_guard_;
  std::map<std::uint64_t, listener> listeners_;
  std::uint64_t last_number_ = 0;
};

using telemetry_ptr = std::shared_ptr<telemetry>;

} // namespace praetor::metrics
