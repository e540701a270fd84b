#pragma once

#include "protocol/types/values.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace praetor {

/// What is to be run: one of these.
struct command_request {
  string_list arguments; ///< a program and its arguments
  std::string line;      ///< for the user's shell ($SHELL, else /bin/sh)
  std::string script;    ///< the text of a file that the shell is to run
};

/// A command under way. When it is let go, the command is killed with all that it has started, and heard of no more.
class running_command {
public:
  virtual ~running_command() = default;
  /// Takes the next piece of its output; until then it waits when its pipe is full. Any thread.
  virtual void read_on() = 0;
};

/// The port through which an agent runs commands.
class command_port {
public:
  virtual ~command_port() = default;
  /// Never blocks.
  /// @param output hears a piece of what the command writes, to either of its streams, for each time that `read_on` was
  ///        called; on any thread
  /// @param ended runs once, after all output: the exit code, -1 if a signal ended it, 255 if it could not be started
  virtual std::shared_ptr<running_command> start(command_request request, std::function<void(std::string)> output,
                                                 std::function<void(std::int32_t)> ended) = 0;
};

} // namespace praetor
