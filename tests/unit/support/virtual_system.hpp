#pragma once

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <chrono>

namespace praetor {

/// An actor system in virtual time: actors run on the test's thread, one after the other, when the test allows it.
class virtual_system {
public:
  virtual_system();
  virtual_system(const virtual_system&) = delete;

  /// Runs the actors until all of them wait.
  void run() { coordinator.run(); }
  /// Advances the time, running the actors at each timeout on the way.
  void advance(std::chrono::nanoseconds by);
  caf::actor_clock::time_point now() const { return coordinator.clock().now(); }
  std::chrono::nanoseconds elapsed() const { return now() - began_; }
  /// Lets actors that were told to stop do so, and drops delayed messages with what they own. Call before the test's
  /// own objects are destroyed.
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
