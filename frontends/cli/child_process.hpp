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

/// What to run, and with which standard input.
struct child_request {
  string_list arguments;            ///< the program first
  string_list environment;          ///< "NAME=value", over this process's own
  std::optional<std::string> input; ///< written to its standard input
  bool inherit_input = false;       ///< its standard input is ours; else without `input` there is none
};

/// A child that works for this process and ends with it. It leads a process group, so that signals reach what it has
/// started, too; but at a terminal it stays in the foreground group, because it may read from there.
class child_process {
public:
  /// The error is Go's: `exec: "x": executable file not found in $PATH`.
  static expected<std::unique_ptr<child_process>> start(child_request request);
  /// Kills what is left.
  ~child_process();
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  /// Feeds the child and waits for its end. One thread, once. Empty if it ended well, else "exit status 3" or "signal:
  /// killed".
  /// @param ending is called when the child has been told to end
  std::string wait(const std::function<void()>& ending = [] {});
  /// Hands a signal on that means the child's end. What is still there after five seconds is killed. Any thread.
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
  int exit_ = -1;              ///< can be read when the child has ended
  int input_;                  ///< our end of its standard input; -1: closed
  int news_;                   ///< can be read when `end` was called
  std::atomic<int> ending_{0}; ///< the signal that `end` was called with last
  std::mutex mutex_;
  bool gone_ = false; ///< guarded by mutex_: the id may belong to somebody else
  std::string unfed_; ///< of its standard input
};

/// The child that a command waits for, if there is one, as its signals see it.
class foreground_child {
public:
  /// As child_process::wait. A child that comes after `end` is told to end at once.
  std::string run(
      child_process& child, const std::function<void()>& ending = [] {});
  /// Any thread.
  void end(int signal);

private:
  std::mutex mutex_;
  child_process* child_ = nullptr;
  std::optional<int> ending_; ///< with this signal
};

} // namespace praetor::cli
