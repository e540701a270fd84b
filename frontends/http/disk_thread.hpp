#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace praetor::http {

/// Writes bodies to disk, so that no connection waits for another one's disk access. The thread starts with the first
/// task; each connection has at most one task here.
class disk_thread {
public:
  disk_thread() = default;
  ~disk_thread();
  disk_thread(const disk_thread&) = delete;
  disk_thread& operator=(const disk_thread&) = delete;

  /// Thread-safe.
  void run(std::function<void()> work);
  /// Stops after the running task; drops the others.
  void stop();

private:
  void serve();

  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<std::function<void()>> work_;
  bool stopped_ = false;
  std::thread thread_;
};

} // namespace praetor::http
