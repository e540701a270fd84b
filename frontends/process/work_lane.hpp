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

/// A thread for work that takes long, so that it holds up neither I/O threads nor actors. It runs at a lower priority
/// than they do, and takes the work of different clients in turns.
class work_lane {
public:
  /// Pieces of work that may wait: of all clients, and of one. Each connection has at most one, and a client is allowed
  /// 200 connections (limits.http_max_conns_per_client).
  struct limits {
    std::size_t most_waiting = 2048;
    std::size_t most_of_one = 256;
  };

  explicit work_lane(limits most);
  work_lane() : work_lane(limits{}) {}
  ~work_lane();
  work_lane(const work_lane&) = delete;
  work_lane& operator=(const work_lane&) = delete;

  /// From any thread. The thread begins with the first work.
  /// @param who the client that it is for
  /// @returns false if too much waits, or the lane is stopped; the work is dropped then
  bool run(const std::string& who, std::function<void()> work);
  /// Drops what waits, and waits for the work that runs.
  void stop();

private:
  bool start();
  void work_off();

  limits limits_;
  std::mutex guard_; ///< of what follows
  std::condition_variable news_;
  std::map<std::string, std::deque<std::function<void()>>> waiting_; ///< by client; no empty ones
  std::string last_;                                                 ///< the client whose turn it was
  std::size_t count_ = 0;
  bool stopped_ = false;
  std::thread thread_;
};

} // namespace praetor
