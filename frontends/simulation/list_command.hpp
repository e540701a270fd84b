#pragma once

#include "frontends/cli/streams.hpp"

#include <string>
#include <vector>

namespace praetor::simulation {

/// Lists the scenarios with their descriptions.
int list_command(const std::vector<std::string>& args, cli::streams io);
std::string list_help();

} // namespace praetor::simulation
