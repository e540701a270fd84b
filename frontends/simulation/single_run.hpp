#pragma once

#include "frontends/simulation/command_line.hpp"
#include "sim/reproduction.hpp"

namespace praetor::simulation {

/// Declares the flags that select a run.
void declare_run(cli::flag_set& flags, command_line& line);

/// The run selected by a command line, with the faults of its file, if any.
expected<sim::reproduction> named_run(const command_line& line);

/// Replaces the file. Errors name it.
expected<void> write_file(const std::string& path, const std::string& content);

/// The command that replays a run.
std::string replay_of(const std::string& scenario, std::uint64_t seed, const std::string& faults_file = {});

/// A short name of the run: "seed 7 of random_faults".
std::string title(const sim::reproduction& how);

} // namespace praetor::simulation
