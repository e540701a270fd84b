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
  std::string host_name; ///< second part of a gauge's name; empty: gauges are named like the rest
  name_filter filter;
  nanoseconds prometheus_retention{0}; ///< zero: no Prometheus text
};

/// All that is measured in one agent. Components write to it through their metrics (group.hpp), and sinks take the
/// values. Values are summed up in intervals of ten seconds by the wall clock. Time comes in only through `advance`,
/// which is called when an interval ends.
///
/// Series live as long as this object: callers on hot paths look theirs up once and keep the reference. Label values
/// have to come from a bounded set. Names are without prefix: "api.http".
class telemetry {
public:
  static constexpr nanoseconds interval = std::chrono::seconds(10);
  using reader = std::function<void()>;
  using listener = std::function<void(const interval_report&)>;

  /// @param now Unix time
  telemetry(settings s, nanoseconds now);
  ~telemetry();
  telemetry(const telemetry&) = delete;

  /// A component has this metric.
  void declare(const metric& m);
  /// The series of that name and labels, made when there is none yet. Any thread.
  series& find(kind what, std::string_view name, const string_map& labels = {});
  /// One more place that values go to. Before the first metric is declared.
  void add_sink(std::unique_ptr<sink> s) { sinks_.push_back(std::move(s)); }

  /// What writes the gauges that no event writes: called by `begin` and whenever an interval has ended, by any thread.
  void read_with(reader write_gauges) { reader_ = std::move(write_gauges); }
  /// The agent is ready: its first interval begins, and the gauges are read.
  void begin(nanoseconds now);
  /// Tells the time. When an interval has ended since the last call, gauges are read and followers get the report.
  /// @returns whether one has
  bool advance(nanoseconds now);
  /// Takes over changed rules; those who were blocked so far start from nothing.
  void set_filter(name_filter filter);

  /// The last complete interval, or the running one if none is complete yet.
  interval_report report() const;
  /// Calls `each` with every interval that ends. @returns a number to `forget` it by
  std::uint64_t follow(listener each);
  void forget(std::uint64_t number);

  /// How long Prometheus text shows what is no longer written; zero when it is off.
  nanoseconds prometheus_retention() const { return settings_.prometheus_retention; }
  /// Everything since the start in Prometheus' text format 0.0.4; "" when it is off.
  std::string prometheus_text() const;

private:
  bool end_intervals(nanoseconds now);
  void tell() const;
  std::string full_name(kind what, std::string_view name) const;

  const settings settings_;
  std::atomic<std::int64_t> running_; ///< number of the running interval, counted from 1970
  std::atomic<std::int64_t> first_;   ///< of the first one
  reader reader_;
  mutable std::shared_mutex guard_; ///< of the map and the filter, not of the values
  name_filter filter_;
  std::map<std::string, std::unique_ptr<series>, std::less<>> series_; ///< by key
  std::vector<std::unique_ptr<sink>> sinks_;                           ///< they refer to the series
  interval_sink* intervals_;
  prometheus_sink* prometheus_ = nullptr; ///< null when it is off
  mutable std::mutex listeners_guard_;
  std::map<std::uint64_t, listener> listeners_;
  std::uint64_t last_number_ = 0;
};

using telemetry_ptr = std::shared_ptr<telemetry>;

} // namespace praetor::metrics
