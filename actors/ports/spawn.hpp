#pragma once

#include "protocol/types/error.hpp"
#include "protocol/types/values.hpp"

#include <sys/types.h>

namespace praetor {

/// What a process is started with. It inherits no descriptor beside the three standard ones, and its signals are as at
/// the start of a program, whatever this process blocks or ignores.
struct spawn_request {
  string_list arguments;   ///< the program first
  string_list environment; ///< "NAME=value", over this process's own
  int input = -1;          ///< descriptor of its standard input; -1: there is none to read
  int output = -1;         ///< descriptor of its standard output and error; -1: this process's own
  bool own_group = true;   ///< it leads a process group, so that what it starts can be reached with it
};

/// @returns the process's id; or why it could not be started, in Go's words
expected<pid_t> spawn(const spawn_request& request);

/// How a process ended, in Go's words: "exit status 3", "signal: killed". Empty for success.
/// @param status as waitpid(2) gives it
std::string exit_text(int status);

/// The user's shell running `script`: $SHELL or /bin/sh.
string_list shell_command(const std::string& script);

} // namespace praetor
