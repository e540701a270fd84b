#pragma once

#include "frontends/simulation/command_line.hpp"
#include "sim/reproduction.hpp"

namespace praetor::simulation {

/// Declares the flags that say which run is meant.
void declare_run(cli::flag_set& flags, command_line& line);

/// The run that a command line names, with the faults of its file if there is one.
expected<sim::reproduction> named_run(const command_line& line);

/// Replaces the file. Errors name it.
expected<void> write_file(const std::string& path, const std::string& content);

/// The command that shows a run again, as it happens.
std::string replay_of(const std::string& scenario, std::uint64_t seed, const std::string& faults_file = {});

/// Whether the scenario or its seed's run can be told in this many words: "seed 7 of random_faults".
std::string title(const sim::reproduction& how);

} // namespace praetor::simulation
