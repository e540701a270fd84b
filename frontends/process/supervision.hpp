#pragma once

#include "protocol/types/error.hpp"

#include <string>

namespace praetor {

/// Notifies the service manager (NOTIFY_SOCKET, sd_notify(3)) that the agent is ready.
void notify_ready();

/// A file with the process id, removed by the destructor.
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

/// Wakes the process's main thread: on signals, and on requests from inside. Created before any thread, so that all
/// threads have the signals blocked.
class stop_wait {
public:
  enum class event { hangup, interrupt, terminate, usr1, leave, left };

  stop_wait();
  ~stop_wait();
  stop_wait(const stop_wait&) = delete;
  stop_wait& operator=(const stop_wait&) = delete;

  /// Blocks until an event occurs.
  event next();
  /// Like `next`, with a timeout. @returns false on a timeout
  bool next_within(int milliseconds, event& out);
  /// Thread-safe: the agent was asked to leave.
  void request_leave();
  /// Thread-safe: the agent has left.
  void report_left();

private:
  int signals_ = -1, requests_ = -1, reports_ = -1;
};

} // namespace praetor
