#pragma once

#include "actors/subprocess.hpp"

#include <memory>

namespace praetor {

/// Real processes. One thread, started with the first command, serves all of them and stops with the port; running
/// commands are killed then and never reported.
std::shared_ptr<subprocess_port> make_production_commands();

} // namespace praetor
