#pragma once

#include "actors/telemetry/interval_report.hpp"
#include "actors/telemetry/name_filter.hpp"
#include "actors/telemetry/series.hpp"

#include <memory>
#include <shared_mutex>
#include <string_view>

namespace praetor::metrics {

struct settings {
  std::string prefix = "consul";
  std::string host_name; ///< second part of a gauge's name; empty: gauges are named like the rest
  name_filter filter;
  nanoseconds prometheus_retention{0}; ///< zero: no Prometheus text
};

/// The figures of one agent. Values are summed up in intervals of ten seconds by the wall clock, of which a minute is
/// kept. Time comes in only through `advance`, which whoever owns this calls when an interval ends.
///
/// Series live as long as this object: callers on hot paths look theirs up once and keep the reference. Label values
/// have to come from a bounded set. Names are without prefix: "api.http".
class telemetry {
public:
  static constexpr nanoseconds interval = std::chrono::seconds(10);

  /// @param now Unix time
  telemetry(settings s, nanoseconds now);
  ~telemetry();
  telemetry(const telemetry&) = delete;

  // The series of that name and labels, made when there is none yet. Any thread.
  gauge& gauge_of(std::string_view name, const string_map& labels = {});
  meter& counter(std::string_view name, const string_map& labels = {});
  meter& sample(std::string_view name, const string_map& labels = {}); ///< durations are in milliseconds

  /// What a metric tells, for the Prometheus text, where it is shown from the start.
  enum class kind { gauge, counter, sample };
  void describe(kind what, std::string_view name, std::string_view help);

  /// Tells the time. @returns whether an interval has ended since the last call
  bool advance(nanoseconds now);
  /// Takes over changed rules; those who were blocked so far start from nothing.
  void set_filter(name_filter filter);

  /// The last complete interval, or the running one if none is complete yet.
  interval_report report() const;
  /// How long Prometheus text shows what is no longer written; zero when it is off.
  nanoseconds prometheus_retention() const { return settings_.prometheus_retention; }
  /// Everything since the start in Prometheus' text format 0.0.4.
  std::string prometheus_text() const;

private:
  struct entry;
  entry& find(kind what, std::string_view name, const string_map& labels);
  std::string full_name(kind what, std::string_view name) const;

  const settings settings_;
  const std::int64_t first_interval_;
  interval_board board_;
  mutable std::shared_mutex guard_; ///< of the map and the filter, not of the values
  name_filter filter_;
  std::map<std::string, std::unique_ptr<entry>, std::less<>> entries_; ///< by kind, full name and labels
  struct description {
    kind what;
    std::string help;
  };
  std::map<std::string, description, std::less<>> descriptions_; ///< by name without prefix
};

} // namespace praetor::metrics
