#pragma once

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <chrono>
#include <cstdint>
#include <memory>

namespace praetor::sim {

class world;

/// One computer of the world: an actor system of its own, whose clock may drift, and which may be suspended.
class host {
public:
  using time_point = caf::actor_clock::time_point;

  explicit host(sim::world& world);
  /// All its actors must have ended.
  ~host();
  host(const host&) = delete;
  host& operator=(const host&) = delete;

  caf::actor_system& system() { return *system_; }
  /// The time of its steady clock.
  time_point now() const;
  /// Sets the drift rate of its clocks; 0: none.
  void drift(double faster);
  /// Suspends it; its clocks keep running.
  void pause();
  void go_on();
  bool paused() const { return paused_; }

  /// Runs everything that needs no time to pass, and drops all timers.
  void run_dry();
  /// The longest mailbox seen, among those that were checked.
  std::size_t longest_mailbox() const { return longest_mailbox_; }
  std::size_t actors() { return system_->registry().running(); }
  /// Call after an action from outside that may have set timers on it.
  void touch();

private:
  friend class world;
  class own_clock;
  class coordinator;
  struct config;

  std::chrono::nanoseconds next_timer() const; ///< in world time; duration::max(): none
  void run_timer();
  void run_job(std::size_t chosen);
  std::size_t jobs() const;

  sim::world& world_;
  std::uint64_t number_ = 0;     ///< assigned by the world
  std::size_t place_ = SIZE_MAX; ///< among the world's hosts with work
  std::chrono::nanoseconds due_; ///< the timer that the world knows of
  bool paused_ = false;
  time_point since_; ///< its clock's time when the world's was `world_since_`
  std::chrono::nanoseconds world_since_{0};
  double faster_ = 0;
  std::size_t longest_mailbox_ = 0, run_ = 0;
  std::unique_ptr<config> config_;
  std::unique_ptr<caf::actor_system> system_;
  coordinator* coordinator_ = nullptr;
};

} // namespace praetor::sim
