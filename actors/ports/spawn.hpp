#pragma once

#include "protocol/types/error.hpp"
#include "protocol/types/values.hpp"

#include <sys/types.h>

namespace praetor {

/// The parameters of a new process. It inherits no descriptors except the standard three, and default signal
/// dispositions and mask, whatever this process blocks or ignores.
struct spawn_request {
  string_list arguments;   ///< the program comes first
  string_list environment; ///< "NAME=value", added to this process's own
  int input = -1;          ///< descriptor of standard input; -1: empty
  int output = -1;         ///< descriptor of standard output and error; -1: inherited
  bool own_group = true;   ///< makes it lead a process group, so that its children can be signalled with it
};

/// @returns the process id, or the error in Go's words
expected<pid_t> spawn(const spawn_request& request);

/// Formats a wait status in Go's words: "exit status 3", "signal: killed". Empty for success.
/// @param status of waitpid(2)
std::string exit_text(int status);

/// The command line that runs `script` in the user's shell: $SHELL or /bin/sh.
string_list shell_command(const std::string& script);

} // namespace praetor
