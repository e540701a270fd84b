#pragma once

#include <string>
#include <vector>

namespace praetor {

/// `praetor agent`: from reading the configuration to the exit code.
int run_agent_process(const std::vector<std::string>& args);

/// The help text of `praetor agent`.
std::string agent_process_help();

} // namespace praetor
