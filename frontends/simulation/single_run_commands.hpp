#pragma once

#include "frontends/cli/streams.hpp"

#include <string>
#include <vector>

namespace praetor::simulation {

/// One run, told as it happens.
int replay_command(const std::vector<std::string>& args, cli::streams io);
std::string replay_help();

/// The smallest version of a failure.
int shrink_command(const std::vector<std::string>& args, cli::streams io);
std::string shrink_help();

/// One run as a page to look at.
int explain_command(const std::vector<std::string>& args, cli::streams io);
std::string explain_help();

} // namespace praetor::simulation
