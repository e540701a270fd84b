#pragma once

#include "frontends/cli/streams.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace praetor::cli {

/// A command that is built elsewhere and only registered here.
struct hooked_command {
  std::string synopsis;
  std::function<std::string()> help;
  std::function<int(const std::vector<std::string>& args)> run;
};

/// What the program adds to the command table, by command path ("agent", "sim"). It wins over an entry of the table.
using hooks = std::map<std::string, hooked_command>;

/// Runs the command that `argv` names, on the process's streams. Answers the exit code.
int run(int argc, char** argv, const hooks& added);

/// The same with arguments (without the program's name) and streams of the caller's choice.
int run(const std::vector<std::string>& args, const hooks& added, streams io);

} // namespace praetor::cli
