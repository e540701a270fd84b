#include "actors/telemetry/interval_sink.hpp"

#include "actors/telemetry/aggregate.hpp"
#include "actors/telemetry/shards.hpp"
#include "actors/telemetry/telemetry.hpp"

#include <ctime>

namespace praetor::metrics {

namespace {

/// The last values of a series by interval number.
template <class T>
class ring {
public:
  /// The slot of an interval; empty before its first value.
  T& of(std::int64_t interval) {
    auto& s = slots_[place_of(interval)];
    if (s.interval != interval) s = {interval, {}};
    return s.value;
  }
  const T* find(std::int64_t interval) const {
    const auto& s = slots_[place_of(interval)];
    return s.interval == interval ? &s.value : nullptr;
  }

private:
  static std::size_t place_of(std::int64_t interval) {
    return static_cast<std::size_t>(interval) % interval_sink::kept_intervals;
  }
  struct slot {
    std::int64_t interval = -1;
    T value{};
  };
  std::array<slot, interval_sink::kept_intervals> slots_;
};

std::string moment(std::int64_t interval) {
  auto seconds = static_cast<std::time_t>(
      interval * std::chrono::duration_cast<std::chrono::seconds>(telemetry::interval).count());
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[64];
  auto size = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S +0000 UTC", &parts);
  return std::string(text, size);
}

} // namespace

class interval_sink::entry : public recorder {
public:
  explicit entry(const series_id& id) : id_(id) {}
  /// Adds the values of an interval, if there are any.
  virtual void show(interval_report& out, std::int64_t interval) = 0;

protected:
  const series_id& id_;
};

class interval_sink::gauge_entry final : public entry {
public:
  using entry::entry;

  void record(double value, std::int64_t interval) override {
    std::lock_guard lock(guard_);
    values_.of(interval) = value;
  }
  void show(interval_report& out, std::int64_t interval) override {
    std::lock_guard lock(guard_);
    if (const auto* value = values_.find(interval)) out.gauges.push_back({id_.name, *value, id_.labels});
  }

private:
  std::mutex guard_;
  ring<double> values_;
};

class interval_sink::sum_entry final : public entry {
public:
  using entry::entry;

  void record(double value, std::int64_t interval) override {
    sums_.write([&](ring<aggregate>& sums) { sums.of(interval).add(value); });
  }
  void show(interval_report& out, std::int64_t interval) override {
    aggregate a;
    sums_.for_each([&](const ring<aggregate>& sums) {
      if (const auto* sum = sums.find(interval)) a.merge(*sum);
    });
    if (!a.count) return;
    auto seconds = std::chrono::duration<double>(telemetry::interval).count();
    auto& into = id_.what == kind::counter ? out.counters : out.samples;
    into.push_back({id_.name, a.count, a.sum / seconds, a.sum, a.min, a.max, a.mean(), a.stddev(), id_.labels});
  }

private:
  shards<ring<aggregate>> sums_;
};

interval_sink::interval_sink() = default;

interval_sink::~interval_sink() = default;

recorder& interval_sink::open(const series_id& id) {
  std::unique_ptr<entry> made;
  if (id.what == kind::gauge)
    made = std::make_unique<gauge_entry>(id);
  else
    made = std::make_unique<sum_entry>(id);
  std::unique_lock lock(guard_);
  return *entries_.try_emplace(id.key, std::move(made)).first->second;
}

interval_report interval_sink::report(std::int64_t interval) const {
  interval_report out;
  out.timestamp = moment(interval);
  std::shared_lock lock(guard_);
  for (const auto& [key, e] : entries_) e->show(out, interval);
  return out;
}

} // namespace praetor::metrics
