#pragma once

#include "frontends/cli/streams.hpp"

#include <string>
#include <vector>

namespace praetor::simulation {

/// Runs many seeds of one scenario or of all.
int run_command(const std::vector<std::string>& args, cli::streams io);
std::string run_help();

} // namespace praetor::simulation
