#pragma once

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <chrono>
#include <cstdint>
#include <memory>

namespace praetor::sim {

class world;

/// One computer of the world: an actor system of its own, whose clock may run too fast or too slowly, and which may
/// stand still.
class machine {
public:
  using time_point = caf::actor_clock::time_point;

  explicit machine(sim::world& world);
  /// All its actors must have ended.
  ~machine();
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;

  caf::actor_system& system() { return *system_; }
  /// What its steady clock says.
  time_point now() const;
  /// From now on its clocks run faster by this share; 0: right.
  void drift(double faster);
  /// Nothing happens on it until it goes on; its clocks do.
  void pause();
  void go_on();
  bool paused() const { return paused_; }

  /// Runs what can be run without time going on, and drops all timers.
  void run_dry();
  /// The most messages that were seen waiting for one actor, of those that were looked at.
  std::size_t longest_mailbox() const { return longest_mailbox_; }
  std::size_t actors() { return system_->registry().running(); }
  /// The world was told from outside to do something on it that may have set timers.
  void touch();

private:
  friend class world;
  class own_clock;
  class coordinator;
  struct config;

  std::chrono::nanoseconds next_timer() const; ///< in the world's time; duration::max(): none
  void run_timer();
  void run_job(std::size_t chosen);
  std::size_t jobs() const;

  sim::world& world_;
  std::uint64_t number_ = 0;     ///< given by the world
  std::size_t place_ = SIZE_MAX; ///< among the world's machines that have something to do
  std::chrono::nanoseconds due_; ///< the world knows of a timer then
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
