#pragma once

#include "frontends/cli/cli.hpp"

namespace praetor::simulation {

/// `praetor sim` and its subcommands: whole clusters in virtual time, for proof and for trying things out. They exit
/// with 0 when all is well, 1 when something was found, 2 when they were asked for what can't be.
cli::hooks commands();

} // namespace praetor::simulation
