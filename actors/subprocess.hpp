#pragma once

#include "protocol/types/values.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace praetor {

/// The command to run: one of these.
struct subprocess_request {
  string_list arguments; ///< a program and its arguments
  std::string line;      ///< for the user's shell ($SHELL, else /bin/sh)
  std::string script;    ///< the text of a script file for the shell
};

/// A running command. Destroying it kills the command and all processes that it started; no callback runs afterwards.
class running_subprocess {
public:
  virtual ~running_subprocess() = default;
  /// Requests the next piece of output; until then the command blocks once its pipe is full. Thread-safe.
  virtual void read_on() = 0;
};

/// The port through which an agent runs commands.
class subprocess_port {
public:
  virtual ~subprocess_port() = default;
  /// Never blocks.
  /// @param output receives one piece of stdout or stderr per call of `read_on`; on any thread
  /// @param ended called once, after all output: the exit code, -1 if a signal ended the command, 255 if it could not
  ///   be started
  virtual std::shared_ptr<running_subprocess> start(subprocess_request request, std::function<void(std::string)> output,
                                                    std::function<void(std::int32_t)> ended) = 0;
};

} // namespace praetor
