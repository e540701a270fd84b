#pragma once

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <chrono>

namespace praetor {

/// An actor system in virtual time: its actors run when the test lets them, one after the other on the test's thread.
class virtual_system {
public:
  virtual_system();
  virtual_system(const virtual_system&) = delete;

  /// Lets the actors run until all of them wait.
  void run() { coordinator.run(); }
  /// Lets time go on, and the actors run at each time-out on the way.
  void advance(std::chrono::nanoseconds by);
  caf::actor_clock::time_point now() const { return coordinator.clock().now(); }
  std::chrono::nanoseconds elapsed() const { return now() - began_; }
  /// The actors that were told to end do, and delayed messages are dropped with what they hold. To be called before the
  /// test's own objects are gone.
  void finish();

private:
  caf::actor_system_config config_;

public:
  caf::actor_system system;
  caf::scheduler::test_coordinator& coordinator;

private:
  caf::actor_clock::time_point began_;
};

} // namespace praetor
