#include "actors/telemetry/telemetry.hpp"

#include "actors/telemetry/entry.hpp"

#include <ctime>

namespace praetor::metrics {

namespace {

std::int64_t number_of(nanoseconds now) { return now / telemetry::interval; }

/// Blanks would end a name in more than one format.
std::string without_blanks(std::string name) {
  std::ranges::replace(name, ' ', '_');
  return name;
}

std::string moment(std::int64_t interval) {
  auto seconds = static_cast<std::time_t>(
      interval * std::chrono::duration_cast<std::chrono::seconds>(telemetry::interval).count());
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[64];
  auto size = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S +0000 UTC", &parts);
  return std::string(text, size);
}

std::int64_t quantile_intervals(nanoseconds retention) {
  return (retention + telemetry::interval - nanoseconds(1)) / telemetry::interval;
}

} // namespace

telemetry::telemetry(settings s, nanoseconds now)
    : settings_(std::move(s)),
      first_interval_(number_of(now)), board_{number_of(now), quantile_intervals(settings_.prometheus_retention)},
      filter_(settings_.filter) {}

telemetry::~telemetry() = default;

std::string telemetry::full_name(kind what, std::string_view name) const {
  auto out = settings_.prefix;
  if (!out.empty()) out += '.';
  if (what == kind::gauge && !settings_.host_name.empty()) out += settings_.host_name + '.';
  return without_blanks(out.append(name));
}

telemetry::entry& telemetry::find(kind what, std::string_view name, const string_map& labels) {
  auto full = full_name(what, name);
  // The parts of a key end with a zero byte, so that names sort before their extensions.
  auto key = full + '\0';
  for (const auto& [label, value] : labels) key += label + '=' + value + '\0';
  key += static_cast<char>('0' + static_cast<int>(what));
  {
    std::shared_lock lock(guard_);
    if (auto it = entries_.find(key); it != entries_.end()) return *it->second;
  }
  auto made = std::make_unique<entry>(entry{what, std::string(name), std::move(full), labels, nullptr, nullptr});
  if (what == kind::gauge)
    made->as_gauge = std::make_unique<gauge>(board_);
  else
    made->as_meter = std::make_unique<meter>(board_);
  std::unique_lock lock(guard_);
  made->allow(filter_.allows(made->name));
  return *entries_.try_emplace(std::move(key), std::move(made)).first->second;
}

gauge& telemetry::gauge_of(std::string_view name, const string_map& labels) {
  return *find(kind::gauge, name, labels).as_gauge;
}
meter& telemetry::counter(std::string_view name, const string_map& labels) {
  return *find(kind::counter, name, labels).as_meter;
}
meter& telemetry::sample(std::string_view name, const string_map& labels) {
  return *find(kind::sample, name, labels).as_meter;
}

void telemetry::describe(kind what, std::string_view name, std::string_view help) {
  std::unique_lock lock(guard_);
  descriptions_.insert_or_assign(std::string(name), description{what, std::string(help)});
}

bool telemetry::advance(nanoseconds now) {
  auto number = number_of(now);
  auto before = board_.current.load(std::memory_order_relaxed);
  // A clock that was set back does not write into intervals that were reported already.
  while (before < number)
    if (board_.current.compare_exchange_weak(before, number, std::memory_order_relaxed)) return true;
  return false;
}

void telemetry::set_filter(name_filter filter) {
  std::unique_lock lock(guard_);
  if (filter == filter_) return;
  filter_ = std::move(filter);
  for (const auto& [key, e] : entries_) e->allow(filter_.allows(e->name));
}

interval_report telemetry::report() const {
  auto running = board_.current.load(std::memory_order_relaxed);
  auto shown = running > first_interval_ ? running - 1 : running;
  interval_report out;
  out.timestamp = moment(shown);
  std::shared_lock lock(guard_);
  for (const auto& [key, e] : entries_) {
    if (e->as_gauge) {
      if (auto value = e->as_gauge->at(shown)) out.gauges.push_back({e->name, *value, e->labels});
      continue;
    }
    auto a = e->as_meter->at(shown);
    if (!a.count) continue;
    auto seconds = std::chrono::duration<double>(interval).count();
    auto& into = e->what == kind::counter ? out.counters : out.samples;
    into.push_back({e->name, a.count, a.sum / seconds, a.sum, a.min, a.max, a.mean(), a.stddev(), e->labels});
  }
  return out;
}

} // namespace praetor::metrics
