#pragma once

#include "frontends/cli/streams.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace praetor::cli {

/// A command that is implemented elsewhere and only registered here.
struct hooked_command {
  std::string synopsis;
  std::function<std::string()> help;
  std::function<int(const std::vector<std::string>& args)> run;
};

/// Commands that the program adds to the command table, by path ("agent", "sim"). They override entries of the table.
using hooks = std::map<std::string, hooked_command>;

/// Runs the command in `argv` on the process's streams. Returns the exit code.
int run(int argc, char** argv, const hooks& added);

/// The same with given arguments (without the program's name) and streams.
int run(const std::vector<std::string>& args, const hooks& added, streams io);

} // namespace praetor::cli
