#pragma once

#include <functional>
#include <memory>

namespace caf {
class actor_system;
}

namespace praetor::api {

/// Runs long tasks one after the other, outside of the threads of connections and actors. Starts with the first task.
class side_thread {
public:
  /// @param detach runs the tasks on a thread of their own; never under the test coordinator
  side_thread(caf::actor_system& system, bool detach);
  /// Waits for the running task; drops those that have not started.
  ~side_thread();
  side_thread(const side_thread&) = delete;
  side_thread& operator=(const side_thread&) = delete;

  /// Thread-safe.
  void run(std::function<void()> work);

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace praetor::api
