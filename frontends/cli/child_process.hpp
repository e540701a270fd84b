#pragma once

#include "protocol/types/error.hpp"

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace praetor::cli {

/// What to run, and with which standard input.
struct child_request {
  std::vector<std::string> arguments;   ///< the program first
  std::vector<std::string> environment; ///< "NAME=value", added to this process's own
  std::optional<std::string> input;     ///< written to its standard input
  bool inherit_input = false;           ///< its standard input is ours; else without `input` there is none
};

/// The user's shell running `script`: $SHELL or /bin/sh.
std::vector<std::string> shell_command(const std::string& script);

/// A started child. Exactly one thread waits for it.
class child_process {
public:
  /// The error is Go's: `exec: "x": executable file not found in $PATH`.
  static expected<child_process> start(const child_request& request);
  /// Waits for its end. Empty if it ended well, else "exit status 3" or "signal: killed".
  std::string wait();
  void signal(int number) const;
  pid_t id() const { return id_; }

private:
  explicit child_process(pid_t id) : id_(id) {}
  pid_t id_;
};

} // namespace praetor::cli
