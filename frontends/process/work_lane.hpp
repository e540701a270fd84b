#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace praetor {

/// A thread for long tasks, which must not block I/O threads or actors. It has a lower priority, and serves the clients
/// in turn.
class work_lane {
public:
  /// The maximal number of waiting tasks: in total, and per client. Each connection has at most one, and a client is
  /// allowed 200 connections (limits.http_max_conns_per_client).
  struct limits {
    std::size_t most_waiting = 2048;
    std::size_t most_of_one = 256;
  };

  explicit work_lane(limits most);
  work_lane() : work_lane(limits{}) {}
  ~work_lane();
  work_lane(const work_lane&) = delete;
  work_lane& operator=(const work_lane&) = delete;

  /// Thread-safe. The thread starts with the first task.
  /// @param who the client it belongs to
  /// @returns false if the lane is full or stopped; the task is dropped then
  bool run(const std::string& who, std::function<void()> work);
  /// Drops waiting tasks, and waits for the running one.
  void stop();

private:
  bool start();
  void work_off();

  limits limits_;
  std::mutex guard_; ///< guards the members below
  std::condition_variable news_;
  std::map<std::string, std::deque<std::function<void()>>> waiting_; ///< by client; no empty ones
  std::string last_;                                                 ///< the client served last
  std::size_t count_ = 0;
  bool stopped_ = false;
  std::thread thread_;
};

} // namespace praetor
