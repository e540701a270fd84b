#include "sim/world.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace praetor::sim {

namespace {

/// The initial time of every world's wall clock: 1 March 2024, 12:00 UTC.
constexpr duration epoch = std::chrono::seconds(1709294400);
/// The maximal time that passes while actors are busy, as if the hosts were slow.
constexpr auto most_hurry = std::chrono::milliseconds(2);
constexpr unsigned hurry_one_in = 40;

} // namespace

world::world(std::uint64_t seed) : random_(seed) {}

world::~world() { forget_timers(); }

caf::actor_system& world::system() {
  if (!own_) own_ = std::make_unique<host>(*this);
  return own_->system();
}

std::size_t world::actors() { return own_ ? own_->actors() : 0; }

void world::forget_timers() {
  agenda_.clear();
  if (own_) own_->run_dry();
}

duration world::between(duration least, duration most) {
  if (most <= least) return least;
  return least + duration{static_cast<std::int64_t>(below(static_cast<std::uint64_t>((most - least).count())))};
}

std::string world::uuid() {
  auto high = random_(), low = random_();
  std::array<char, 37> text{};
  std::snprintf(text.data(), text.size(), "%08x-%04x-4%03x-%04x-%012llx", static_cast<unsigned>(high >> 32),
                static_cast<unsigned>(high >> 16 & 0xffff), static_cast<unsigned>(high & 0xfff),
                static_cast<unsigned>(0x8000 | (low >> 48 & 0x3fff)),
                static_cast<unsigned long long>(low & 0xffffffffffffull));
  return text.data();
}

duration world::wall_now() const { return epoch + now_; }

void world::after(duration wait, std::function<void()> action) { agenda_.emplace(now_ + wait, std::move(action)); }

void world::add(host& m) { m.number_ = ++hosts_; }

void world::remove(host& m) {
  if (m.place_ != SIZE_MAX) {
    runnable_[m.place_] = runnable_.back();
    runnable_[m.place_]->place_ = m.place_;
    runnable_.pop_back();
  }
  if (m.due_ != duration::max()) timers_.erase({m.due_, m.number_});
}

void world::look_at(host& m) {
  bool busy = !m.paused_ && m.jobs() > 0;
  if (busy && m.place_ == SIZE_MAX) {
    m.place_ = runnable_.size();
    runnable_.push_back(&m);
  } else if (!busy && m.place_ != SIZE_MAX) {
    runnable_[m.place_] = runnable_.back();
    runnable_[m.place_]->place_ = m.place_;
    runnable_.pop_back();
    m.place_ = SIZE_MAX;
  }
  auto due = m.paused_ ? duration::max() : m.next_timer();
  if (due == m.due_) return;
  if (m.due_ != duration::max()) timers_.erase({m.due_, m.number_});
  m.due_ = due;
  if (due != duration::max()) timers_.emplace(std::pair{due, m.number_}, &m);
}

void world::run_interrupts() {
  while (!interrupts_.empty())
    for (auto& action : std::exchange(interrupts_, {})) action();
}

void world::step() {
  auto& m = *runnable_[below(runnable_.size())];
  auto chosen = below(m.jobs());
  ++steps_;
  trace_.mix(m.number_ << 48 | chosen << 24 | m.jobs());
  trace_.mix(now_);
  m.run_job(chosen);
  for (auto& observer : step_observers_) observer();
  run_interrupts();
}

void world::settle() {
  while (!runnable_.empty()) step();
}

duration world::next_event() const {
  auto next = agenda_.empty() ? duration::max() : agenda_.begin()->first;
  return timers_.empty() ? next : std::min(next, timers_.begin()->first.first);
}

void world::run_event() {
  bool own = !agenda_.empty() && (timers_.empty() || agenda_.begin()->first <= timers_.begin()->first.first);
  if (!own) {
    now_ = std::max(now_, timers_.begin()->first.first);
    return timers_.begin()->second->run_timer();
  }
  auto item = agenda_.extract(agenda_.begin());
  now_ = std::max(now_, item.key());
  trace_.mix(now_);
  item.mapped()();
  run_interrupts();
}

bool world::run_for(duration span, const std::function<bool()>& done) {
  auto end = now_ + span;
  for (;;) {
    auto next = next_event();
    if (!runnable_.empty() && (next > now_ + most_hurry || next > end || !one_in(hurry_one_in))) {
      step();
      continue;
    }
    if (runnable_.empty()) {
      for (auto& observer : observers_) observer();
      if (done && done()) return true;
      if (!runnable_.empty() || next != next_event()) continue; // an observer has created work
    }
    if (next > end) {
      now_ = std::max(now_, end);
      return false;
    }
    run_event();
  }
}

} // namespace praetor::sim
