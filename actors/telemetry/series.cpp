#include "actors/telemetry/series.hpp"

#include <sched.h>

namespace praetor::metrics {

namespace {

constexpr std::size_t most_pending = 256;

std::size_t slot_of(std::int64_t interval) { return static_cast<std::size_t>(interval) % kept_intervals; }

} // namespace

void gauge::set(double value) {
  if (!allowed()) return;
  auto interval = board_.current.load(std::memory_order_relaxed);
  std::lock_guard lock(guard_);
  ring_[slot_of(interval)] = newest_ = {interval, value};
}

std::optional<double> gauge::at(std::int64_t interval) const {
  std::lock_guard lock(guard_);
  const auto& s = ring_[slot_of(interval)];
  if (s.interval != interval) return {};
  return s.value;
}

double gauge::value() const {
  std::lock_guard lock(guard_);
  return newest_.value;
}

std::optional<std::int64_t> gauge::last_written() const {
  std::lock_guard lock(guard_);
  if (newest_.interval < 0) return {};
  return newest_.interval;
}

void meter::add(double value) {
  if (!allowed()) return;
  auto interval = board_.current.load(std::memory_order_relaxed);
  // Which shard it is changes nothing but who has to wait.
  auto& s = shards_[static_cast<unsigned>(::sched_getcpu()) % shards_.size()];
  std::lock_guard lock(s.guard);
  auto& into = s.ring[slot_of(interval)];
  if (into.interval != interval) into = {interval, {}};
  into.values.add(value);
  s.total.add(value);
  s.newest = interval;
  if (board_.quantile_intervals == 0) return;
  s.pending.push_back(value);
  if (s.pending.size() >= most_pending) count_pending(s);
}

void meter::count_pending(shard& s) {
  if (s.pending.empty()) return;
  std::lock_guard lock(quantiles_guard_);
  quantiles_.add(s.pending, s.newest);
  s.pending.clear();
}

aggregate meter::at(std::int64_t interval) const {
  aggregate out;
  for (auto& s : shards_) {
    std::lock_guard lock(s.guard);
    if (const auto& from = s.ring[slot_of(interval)]; from.interval == interval) out.merge(from.values);
  }
  return out;
}

aggregate meter::total() const {
  aggregate out;
  for (auto& s : shards_) {
    std::lock_guard lock(s.guard);
    out.merge(s.total);
  }
  return out;
}

std::vector<double> meter::quantiles(const std::vector<double>& wanted) {
  for (auto& s : shards_) {
    std::lock_guard lock(s.guard);
    count_pending(s);
  }
  auto now = board_.current.load(std::memory_order_relaxed);
  std::vector<double> out;
  std::lock_guard lock(quantiles_guard_);
  for (auto q : wanted) out.push_back(quantiles_.quantile(q, now));
  return out;
}

std::optional<std::int64_t> meter::last_written() const {
  std::int64_t newest = -1;
  for (auto& s : shards_) {
    std::lock_guard lock(s.guard);
    newest = std::max(newest, s.newest);
  }
  if (newest < 0) return {};
  return newest;
}

} // namespace praetor::metrics
