#include "actors/telemetry/telemetry.hpp"

#include "actors/telemetry/interval_sink.hpp"
#include "actors/telemetry/prometheus_sink.hpp"

#include <algorithm>

namespace praetor::metrics {

namespace {

std::int64_t number_of(nanoseconds now) { return now / telemetry::interval; }

/// White space would end a name in several formats.
std::string without_blanks(std::string name) {
  std::ranges::replace(name, ' ', '_');
  return name;
}

std::int64_t intervals_of(nanoseconds retention) {
  return (retention + telemetry::interval - nanoseconds(1)) / telemetry::interval;
}

/// The parts of a key end with a zero byte, so that a name sorts before its extensions.
std::string key_of(kind what, const std::string& full_name, const string_map& labels) {
  auto key = full_name + '\0';
  for (const auto& [label, value] : labels) key += label + '=' + value + '\0';
  key += static_cast<char>('0' + static_cast<int>(what));
  return key;
}

} // namespace

telemetry::telemetry(settings s, nanoseconds now)
    : settings_(std::move(s)), running_(number_of(now)), first_(number_of(now)), filter_(settings_.filter) {
  auto intervals = std::make_unique<interval_sink>();
  intervals_ = intervals.get();
  add_sink(std::move(intervals));
  if (settings_.prometheus_retention.count() <= 0) return;
  auto prometheus = std::make_unique<prometheus_sink>(settings_.prefix, intervals_of(settings_.prometheus_retention));
  prometheus_ = prometheus.get();
  add_sink(std::move(prometheus));
}

telemetry::~telemetry() = default;

void telemetry::declare(const metric& m) {
  if (m.help.empty()) return;
  for (const auto& s : sinks_) s->declare(m);
}

std::string telemetry::full_name(kind what, std::string_view name) const {
  auto out = settings_.prefix;
  if (!out.empty()) out += '.';
  if (what == kind::gauge && !settings_.host_name.empty()) out += settings_.host_name + '.';
  return without_blanks(out.append(name));
}

series& telemetry::find(kind what, std::string_view name, const string_map& labels) {
  auto full = full_name(what, name);
  auto key = key_of(what, full, labels);
  {
    std::shared_lock lock(guard_);
    if (auto it = series_.find(key); it != series_.end()) return *it->second;
  }
  std::unique_lock lock(guard_);
  auto& made = series_[key];
  if (made) return *made;
  made = std::make_unique<series>(running_);
  auto& id = made->id;
  id.what = what;
  id.short_name = name;
  id.name = std::move(full);
  id.labels = labels;
  id.key = std::move(key);
  id.allowed = filter_.allows(id.name);
  for (const auto& s : sinks_) made->recorders.push_back(&s->open(id));
  return *made;
}

bool telemetry::end_intervals(nanoseconds now) {
  auto number = number_of(now);
  auto before = running_.load(std::memory_order_relaxed);
  // After the clock was set back, do not write to intervals that were already reported.
  while (before < number)
    if (running_.compare_exchange_weak(before, number, std::memory_order_relaxed)) return true;
  return false;
}

void telemetry::begin(nanoseconds now) {
  end_intervals(now);
  first_ = running_.load();
  if (reader_) reader_();
}

bool telemetry::advance(nanoseconds now) {
  if (!end_intervals(now)) return false;
  if (reader_) reader_();
  tell();
  return true;
}

void telemetry::set_filter(name_filter filter) {
  std::unique_lock lock(guard_);
  if (filter == filter_) return;
  filter_ = std::move(filter);
  for (const auto& [key, s] : series_) s->id.allowed = filter_.allows(s->id.name);
}

interval_report telemetry::report() const {
  auto running = running_.load(std::memory_order_relaxed);
  return intervals_->report(running > first_ ? running - 1 : running);
}

std::string telemetry::prometheus_text() const {
  return prometheus_ ? prometheus_->text(running_.load(std::memory_order_relaxed)) : std::string();
}

void telemetry::tell() const {
  std::vector<listener> told;
  {
    std::lock_guard lock(listeners_guard_);
    for (const auto& [number, each] : listeners_) told.push_back(each);
  }
  if (told.empty()) return;
  auto ended = report();
  for (const auto& each : told) each(ended);
}

std::uint64_t telemetry::follow(listener each) {
  std::lock_guard lock(listeners_guard_);
  listeners_.emplace(++last_number_, std::move(each));
  return last_number_;
}

void telemetry::forget(std::uint64_t number) {
  std::lock_guard lock(listeners_guard_);
  listeners_.erase(number);
}

} // namespace praetor::metrics
