#pragma once

#include "protocol/types/error.hpp"

#include <string>

namespace praetor {

/// Tells the service manager (NOTIFY_SOCKET) that the agent is ready.
void notify_ready();

/// A file with the process's id while the process lives.
class pid_file {
public:
  pid_file() = default;
  ~pid_file();
  pid_file(const pid_file&) = delete;
  pid_file& operator=(const pid_file&) = delete;
  /// Does nothing for an empty path.
  expected<void> write(const std::string& path);

private:
  std::string path_;
};

/// What ends the wait of the process's main thread: signals, and requests from inside. Made before any thread, so that
/// all of them have the signals blocked.
class stop_wait {
public:
  enum class event { hangup, interrupt, terminate, usr1, leave, left };

  stop_wait();
  ~stop_wait();
  stop_wait(const stop_wait&) = delete;
  stop_wait& operator=(const stop_wait&) = delete;

  /// Blocks until something happens.
  event next();
  /// As `next`, but gives up after some time. @returns false then
  bool next_within(int milliseconds, event& out);
  /// Any thread: an agent that is told to leave.
  void request_leave();
  /// Any thread: the agent has left.
  void report_left();

private:
  int signals_ = -1, requests_ = -1, reports_ = -1;
};

} // namespace praetor
