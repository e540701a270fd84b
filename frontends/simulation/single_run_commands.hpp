#pragma once

#include "frontends/cli/streams.hpp"

#include <string>
#include <vector>

namespace praetor::simulation {

/// Replays one run and prints its events.
int replay_command(const std::vector<std::string>& args, cli::streams io);
std::string replay_help();

/// Shrinks a failure.
int shrink_command(const std::vector<std::string>& args, cli::streams io);
std::string shrink_help();

/// Renders one run as an HTML page.
int explain_command(const std::vector<std::string>& args, cli::streams io);
std::string explain_help();

} // namespace praetor::simulation
