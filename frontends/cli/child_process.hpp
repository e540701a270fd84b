#pragma once

#include "protocol/types/error.hpp"
#include "protocol/types/values.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <sys/types.h>

namespace praetor::cli {

/// The program to run, and its standard input.
struct child_request {
  string_list arguments;            ///< the program comes first
  string_list environment;          ///< "NAME=value", added to this process's own
  std::optional<std::string> input; ///< written to its standard input
  bool inherit_input = false;       ///< inherits our standard input; otherwise without `input` it is empty
};

/// A child process that ends with this process. It leads a process group, so that signals also reach its descendants;
/// but at a terminal it stays in the foreground group, because it may read from there.
class child_process {
public:
  /// The error is Go's: `exec: "x": executable file not found in $PATH`.
  static expected<std::unique_ptr<child_process>> start(child_request request);
  /// Kills the remaining processes.
  ~child_process();
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  /// Feeds the child and waits for its end. Call once. Empty on success, else "exit status 3" or "signal: killed".
  /// @param ending called when the child has been told to end
  std::string wait(const std::function<void()>& ending = [] {});
  /// Forwards a terminating signal. Kills what is still running after five seconds. Thread-safe.
  void end(int signal);
  pid_t id() const { return id_; }

private:
  child_process(pid_t id, bool leads_group, int input, int news);
  bool feed();
  int reap();
  void end_group(std::chrono::steady_clock::time_point until) const;
  void kill(int signal);

  pid_t id_;
  bool leads_group_;
  int exit_ = -1;              ///< readable when the child has ended
  int input_;                  ///< our end of its standard input; -1: closed
  int news_;                   ///< readable when `end` was called
  std::atomic<int> ending_{0}; ///< the last signal passed to `end`
  std::mutex mutex_;
  bool gone_ = false; ///< guarded by mutex_: the id may have been reused
  std::string unfed_; ///< the rest of its standard input
};

/// The child that a command waits for, if any, for its signal handlers.
class foreground_child {
public:
  /// Like child_process::wait. Ends a child started after `end` at once.
  std::string run(
      child_process& child, const std::function<void()>& ending = [] {});
  /// Thread-safe.
  void end(int signal);

private:
  std::mutex mutex_;
  child_process* child_ = nullptr;
  std::optional<int> ending_; ///< with this signal
};

} // namespace praetor::cli
