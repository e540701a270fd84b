#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace praetor::http {

/// Writes bodies to disk, so that no connection waits for another one's disk. The thread starts with the first piece of
/// work; each connection has at most one piece here.
class disk_thread {
public:
  disk_thread() = default;
  ~disk_thread();
  disk_thread(const disk_thread&) = delete;
  disk_thread& operator=(const disk_thread&) = delete;

  /// From any thread.
  void run(std::function<void()> work);
  /// Ends after the piece under way; the others are dropped.
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
