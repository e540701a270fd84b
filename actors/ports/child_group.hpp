#pragma once

#include "protocol/types/error.hpp"
#include "protocol/types/values.hpp"

#include <sys/types.h>

namespace praetor {

/// A process that was started as the leader of a process group of its own, so that what it starts ends with it. It is
/// waited for last, so that its id names our group until then.
class child_group {
public:
  /// Writes both streams into `output`, and inherits no other descriptor.
  /// @param input what its standard input reads; -1: nothing
  /// @param environment "NAME=value", over this process's own
  /// @returns why it could not be started, in Go's words
  static expected<child_group> start(const string_list& arguments, int output, int input = -1,
                                     const string_list& environment = {});

  child_group() = default;
  /// Kills what is left.
  ~child_group();
  child_group(child_group&& other) noexcept;
  child_group& operator=(child_group&& other) noexcept;

  bool running() const { return process_ > 0; }
  /// A descriptor that can be read when the process has ended, or why there is none. The caller closes it.
  expected<int> end_descriptor() const;
  /// Does nothing once the end was seen.
  void kill();
  /// Waits for the process. @returns its status as waitpid(2) gives it
  int reap();

private:
  pid_t process_ = 0;
};

} // namespace praetor
