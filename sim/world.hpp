#pragma once

#include "sim/host.hpp"
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

/// Virtual time: nanoseconds since the world began.
using duration = std::chrono::nanoseconds;

/// One thread, virtual time, and a seed that determines everything: which actor runs next, when time advances, and the
/// values of `random()`. Equal seeds give equal traces.
class world {
public:
  explicit world(std::uint64_t seed);
  /// All actors must have ended.
  ~world();
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  /// The actor system of a host without a node, for testing single parts.
  caf::actor_system& system();
  std::mt19937_64& random() { return random_; }
  /// Uniform in [0, limit).
  std::uint64_t below(std::uint64_t limit) { return limit == 0 ? 0 : random_() % limit; }
  /// True once in `n` times.
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  /// True with this probability. Draws nothing for probability zero.
  bool chance(double share) { return share > 0 && static_cast<double>(random_() >> 11) * 0x1p-53 < share; }
  /// Uniform in [least, most).
  duration between(duration least, duration most);
  /// A UUID from the seed.
  std::string uuid();

  duration now() const { return now_; }
  /// Unix time of an accurate clock.
  duration wall_now() const;
  sim::trace& trace() { return trace_; }

  /// Runs `action` after this time.
  void after(duration wait, std::function<void()> action);
  /// Runs `action` right after the current step of an actor, before anything else happens.
  void interrupt(std::function<void()> action) { interrupts_.push_back(std::move(action)); }
  /// Called whenever nothing is left to do at the present moment, before time advances.
  void when_quiet(std::function<void()> observer) { observers_.push_back(std::move(observer)); }
  /// Called after each step of an actor.
  void after_each_step(std::function<void()> observer) { step_observers_.push_back(std::move(observer)); }

  /// Runs the world for this time, or until `done` returns true (called whenever nothing is left to do at the present
  /// moment).
  /// @returns false if the time ran out
  bool run_for(duration span, const std::function<bool()>& done = nullptr);
  /// Runs everything that needs no time to pass.
  void settle();
  std::uint64_t steps() const { return steps_; }
  /// The number of actors on `system()`.
  std::size_t actors();
  /// Drops pending actions, and all timers of `system()`.
  void forget_timers();

private:
  friend class host;

  void add(host& m);
  void remove(host& m);
  /// Its jobs or timers may have changed.
  void look_at(host& m);
  void step();
  void run_interrupts();
  duration next_event() const;
  void run_event();

  std::mt19937_64 random_;
  sim::trace trace_;
  duration now_{0};
  std::uint64_t hosts_ = 0, steps_ = 0;
  std::vector<host*> runnable_;                                ///< with jobs
  std::map<std::pair<duration, std::uint64_t>, host*> timers_; ///< each host's next timer, by time and number
  std::multimap<duration, std::function<void()>> agenda_;
  std::vector<std::function<void()>> observers_, step_observers_, interrupts_;
  std::unique_ptr<host> own_; ///< of `system()`
};

} // namespace praetor::sim
