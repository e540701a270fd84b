#pragma once

#include "frontends/cli/streams.hpp"

#include <string>
#include <vector>

namespace praetor::simulation {

/// Shows how a configuration behaves under faults.
int try_command(const std::vector<std::string>& args, cli::streams io);
std::string try_help();

} // namespace praetor::simulation
