#pragma once

#include "sim/trace.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace praetor::sim {

/// Time in the world: nanoseconds since it began.
using duration = std::chrono::nanoseconds;

/// One thread, virtual time, and a seed that decides everything: which actor runs next, when time goes on, and what
/// comes out of `random()`. The same seed gives the same trace.
class world {
public:
  explicit world(std::uint64_t seed);
  /// All actors must have ended.
  ~world();
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  caf::actor_system& system() { return system_; }
  std::mt19937_64& random() { return random_; }
  /// Uniform in [0, limit).
  std::uint64_t below(std::uint64_t limit) { return limit == 0 ? 0 : random_() % limit; }
  /// True once in `n` times.
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  /// Uniform in [least, most).
  duration between(duration least, duration most);
  /// A UUID from the seed.
  std::string uuid();

  duration now() const;
  /// Unix time of an accurate clock.
  duration wall_now() const;
  sim::trace& trace() { return trace_; }

  /// Runs `action` when that much time has passed.
  void after(duration wait, std::function<void()> action);
  /// Runs whenever nothing is left to do at the present moment, before time goes on.
  void when_quiet(std::function<void()> observer) { observers_.push_back(std::move(observer)); }
  /// Runs after each step of an actor.
  void after_each_step(std::function<void()> observer) { step_observers_.push_back(std::move(observer)); }

  /// Lets the world run for that long, or until `done` says so (asked before each step).
  /// @returns false if it ended by time
  bool run_for(duration span, const std::function<bool()>& done = nullptr);
  /// Runs what can be run without time going on.
  void settle();
  std::uint64_t steps() const { return steps_; }
  /// How many actors exist.
  std::size_t actors() { return system_.registry().running(); }
  /// Keeps an object until every actor has done what it can at the present moment: those that are told to end have
  /// ended by then.
  void keep(std::shared_ptr<void> object) { kept_.push_back(std::move(object)); }
  /// Drops all timers and messages that wait for their time.
  void forget_timers();

private:
  using time_point = caf::actor_clock::time_point;

  bool step();
  void drop_kept();
  time_point next_timer() const;
  void run_timer();

  std::mt19937_64 random_;
  sim::trace trace_;
  std::vector<std::shared_ptr<void>> kept_; // outlives the actors
  caf::actor_system_config config_;
  caf::actor_system system_;
  caf::scheduler::test_coordinator& coordinator_;
  time_point began_;
  std::multimap<time_point, std::function<void()>> agenda_;
  std::vector<std::function<void()>> observers_, step_observers_;
  std::uint64_t steps_ = 0;
};

} // namespace praetor::sim
