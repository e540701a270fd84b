#pragma once

#include <string>
#include <vector>

namespace praetor::cli {

/// Runs the agent until it ends; answers the exit code of the process. It stands outside of this folder, because the
/// other commands know the agent by HTTP only.
int run_agent(const std::vector<std::string>& args);

/// The text of `agent -h`.
std::string agent_help();

} // namespace praetor::cli
