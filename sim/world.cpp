#include "sim/world.hpp"

#include "protocol/actors.hpp"
#include "protocol/types/error.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace praetor::sim {

namespace {

/// Where every world's clocks begin: 1 March 2024, 12:00 UTC.
constexpr duration epoch = std::chrono::seconds(1709294400);
/// While actors are busy, time goes on at most this far: as if the machine were slow.
constexpr auto most_hurry = std::chrono::milliseconds(2);
constexpr unsigned hurry_one_in = 40;

caf::actor_system_config& prepared(caf::actor_system_config& config) {
  config.set("scheduler.policy", caf::atom("testing"));
  config.add_message_types<caf::id_block::praetor>();
  return config;
}

} // namespace

world::world(std::uint64_t seed)
    : random_(seed), system_(prepared(config_)),
      coordinator_(dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())),
      began_(coordinator_.clock().now()) {}

world::~world() {
  agenda_.clear();
  forget_timers();
  settle();
  PRAETOR_ASSERT(actors() == 0); // the actor system would wait for them for ever
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

duration world::now() const { return coordinator_.clock().now() - began_; }

duration world::wall_now() const { return epoch + now(); }

void world::after(duration wait, std::function<void()> action) {
  agenda_.emplace(coordinator_.clock().now() + wait, std::move(action));
}

void world::forget_timers() { coordinator_.clock().cancel_all(); }

bool world::step() {
  auto& jobs = coordinator_.jobs;
  if (jobs.empty()) return false;
  auto chosen = below(jobs.size());
  std::swap(jobs[0], jobs[chosen]);
  ++steps_;
  trace_.mix(chosen << 32 | jobs.size());
  trace_.mix(now());
  coordinator_.try_run_once();
  for (auto& observer : step_observers_) observer();
  return true;
}

void world::drop_kept() { std::exchange(kept_, {}).clear(); }

void world::settle() {
  do {
    while (step()) continue;
    drop_kept();
  } while (!coordinator_.jobs.empty());
}

world::time_point world::next_timer() const {
  auto next = time_point::max();
  if (const auto& schedule = coordinator_.clock().schedule(); !schedule.empty()) next = schedule.begin()->first;
  if (!agenda_.empty()) next = std::min(next, agenda_.begin()->first);
  return next;
}

void world::run_timer() {
  auto& clock = coordinator_.clock();
  const auto& schedule = clock.schedule();
  bool own = !agenda_.empty() && (schedule.empty() || agenda_.begin()->first <= schedule.begin()->first);
  if (!own) {
    clock.trigger_timeout();
    return;
  }
  auto item = agenda_.extract(agenda_.begin());
  clock.current_time = std::max(clock.current_time, item.key());
  trace_.mix(now());
  item.mapped()();
}

bool world::run_for(duration span, const std::function<bool()>& done) {
  auto& clock = coordinator_.clock();
  auto end = clock.now() + span;
  for (;;) {
    if (done && done()) return true;
    auto next = next_timer();
    bool busy = !coordinator_.jobs.empty();
    if (busy && (next > clock.now() + most_hurry || next > end || !one_in(hurry_one_in))) {
      step();
      continue;
    }
    if (!busy && !kept_.empty()) {
      drop_kept();
      continue;
    }
    if (!busy)
      for (auto& observer : observers_) observer();
    if (next > end) {
      clock.current_time = std::max(clock.current_time, end);
      return false;
    }
    run_timer();
  }
}

} // namespace praetor::sim
