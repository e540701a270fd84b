#pragma once

#include <functional>
#include <memory>

namespace caf {
class actor_system;
}

namespace praetor::api {

/// Does long work, one piece after the other, beside the threads that serve connections and actors. Its actor starts
/// with the first piece.
class side_thread {
public:
  /// @param detach gives the work a thread of its own; never under the test coordinator
  side_thread(caf::actor_system& system, bool detach);
  /// Waits for the piece under way; drops those that have not begun.
  ~side_thread();
  side_thread(const side_thread&) = delete;
  side_thread& operator=(const side_thread&) = delete;

  /// From any thread.
  void run(std::function<void()> work);

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace praetor::api
