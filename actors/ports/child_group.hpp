#pragma once

#include "protocol/types/error.hpp"
#include "protocol/types/values.hpp"

#include <sys/types.h>

namespace praetor {

/// A process that leads its own process group, so that everything it starts ends with it. It is reaped last, so that
/// its id stays reserved for the group until then.
class child_group {
public:
  /// Starts a process that writes both streams into `output` and inherits no other descriptor.
  /// @param input its standard input; -1: none
  /// @param environment "NAME=value", added to this process's own
  /// @returns the error in Go's words
  static expected<child_group> start(const string_list& arguments, int output, int input = -1,
                                     const string_list& environment = {});

  child_group() = default;
  /// Kills the remaining processes.
  ~child_group();
  child_group(child_group&& other) noexcept;
  child_group& operator=(child_group&& other) noexcept;

  bool running() const { return process_ > 0; }
  /// A descriptor that becomes readable when the process ends, or the error. The caller closes it.
  expected<int> end_descriptor() const;
  /// Does nothing once the end was observed.
  void kill();
  /// Waits for the process. @returns its wait status (waitpid(2))
  int reap();

private:
  pid_t process_ = 0;
};

} // namespace praetor
