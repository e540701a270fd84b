#pragma once

#include "sim/machine.hpp"
#include "sim/trace.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
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

  /// The actor system of a machine that belongs to no node, for parts that are tried alone.
  caf::actor_system& system();
  std::mt19937_64& random() { return random_; }
  /// Uniform in [0, limit).
  std::uint64_t below(std::uint64_t limit) { return limit == 0 ? 0 : random_() % limit; }
  /// True once in `n` times.
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  /// True with this probability. Draws nothing for what never happens.
  bool chance(double share) { return share > 0 && static_cast<double>(random_() >> 11) * 0x1p-53 < share; }
  /// Uniform in [least, most).
  duration between(duration least, duration most);
  /// A UUID from the seed.
  std::string uuid();

  duration now() const { return now_; }
  /// Unix time of an accurate clock.
  duration wall_now() const;
  sim::trace& trace() { return trace_; }

  /// Runs `action` when that much time has passed.
  void after(duration wait, std::function<void()> action);
  /// Runs `action` right after the step that an actor is taking now, before anything else happens.
  void interrupt(std::function<void()> action) { interrupts_.push_back(std::move(action)); }
  /// Runs whenever nothing is left to do at the present moment, before time goes on.
  void when_quiet(std::function<void()> observer) { observers_.push_back(std::move(observer)); }
  /// Runs after each step of an actor.
  void after_each_step(std::function<void()> observer) { step_observers_.push_back(std::move(observer)); }

  /// Lets the world run for that long, or until `done` says so (asked whenever nothing is left to do at the present
  /// moment).
  /// @returns false if it ended by time
  bool run_for(duration span, const std::function<bool()>& done = nullptr);
  /// Runs what can be run without time going on.
  void settle();
  std::uint64_t steps() const { return steps_; }
  /// How many actors exist on `system()`.
  std::size_t actors();
  /// Drops what was to be done later, and all timers of `system()`.
  void forget_timers();

private:
  friend class machine;

  void add(machine& m);
  void remove(machine& m);
  /// Its jobs or timers may have changed.
  void look_at(machine& m);
  void step();
  void run_interrupts();
  duration next_event() const;
  void run_event();

  std::mt19937_64 random_;
  sim::trace trace_;
  duration now_{0};
  std::uint64_t machines_ = 0, steps_ = 0;
  std::vector<machine*> runnable_;                                ///< have jobs
  std::map<std::pair<duration, std::uint64_t>, machine*> timers_; ///< the next of each machine, by time and number
  std::multimap<duration, std::function<void()>> agenda_;
  std::vector<std::function<void()>> observers_, step_observers_, interrupts_;
  std::unique_ptr<machine> own_; ///< of `system()`
};

} // namespace praetor::sim
