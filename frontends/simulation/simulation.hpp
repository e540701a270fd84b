#pragma once

#include "frontends/cli/cli.hpp"

namespace praetor::simulation {

/// `praetor sim` and its subcommands: simulates whole clusters in virtual time, for tests and for trials. Exit codes: 0
/// success, 1 a finding, 2 invalid input.
cli::hooks commands();

} // namespace praetor::simulation
