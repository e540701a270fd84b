#pragma once

#include "actors/telemetry/telemetry.hpp"

#include <chrono>

namespace praetor::metrics {

/// The metrics of one component. A component derives its own group and declares each metric as a member:
///
///     struct raft_metrics : metrics::group {
///       using group::group;
///       metrics::gauge applied_index{*this, "raft.applied_index", "The newest Raft index that the state contains."};
///     };
class group {
public:
  /// @param into outlives the group; null: metrics are disabled
  /// @param labels of all metrics of the group
  explicit group(telemetry* into = nullptr, string_map labels = {}) : into_(into), labels_(std::move(labels)) {}

  telemetry* into() const { return into_; }
  const string_map& labels() const { return labels_; }

private:
  telemetry* into_;
  string_map labels_;
};

/// A metric that a component writes. Thread-safe.
template <kind What>
class written_metric {
public:
  /// @param name without prefix, a literal
  /// @param help empty: the Prometheus text shows the metric only once it has a value
  written_metric(const group& of, std::string_view name, std::string_view help = {})
      : into_(of.into()), name_(name), labels_(of.labels()) {
    if (!into_) return;
    into_->declare({What, name, help});
    series_ = &into_->find(What, name, labels_);
  }

  void add(double value = 1) const requires(What != kind::gauge) {
    if (series_) series_->write(value);
  }
  /// Durations are recorded in milliseconds.
  void add(nanoseconds took) const requires(What == kind::sample) {
    add(std::chrono::duration<double, std::milli>(took).count());
  }
  template <class Number>
  void set(Number value) const requires(What == kind::gauge) {
    if (series_) series_->write(static_cast<double>(value));
  }

  /// The series of the metric with further labels; null: metrics are disabled.
  series* with(const string_map& more) const {
    if (!into_) return nullptr;
    auto labels = labels_;
    labels.insert(more.begin(), more.end());
    return &into_->find(What, name_, labels);
  }
  /// The series of the metric with another part appended to its name; null: metrics are disabled.
  series* of(std::string_view part) const {
    return into_ ? &into_->find(What, std::string(name_).append(".").append(part), labels_) : nullptr;
  }

private:
  telemetry* into_;
  series* series_ = nullptr;
  std::string_view name_;
  string_map labels_;
};

using gauge = written_metric<kind::gauge>;
using counter = written_metric<kind::counter>;
using sample = written_metric<kind::sample>;

} // namespace praetor::metrics
