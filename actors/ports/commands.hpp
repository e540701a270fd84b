#pragma once

#include "actors/command.hpp"

#include <memory>

namespace praetor {

/// Real processes. One thread of its own hears of all of them, started with the first; it ends with the port, and what
/// was under way then is killed and never reported.
std::shared_ptr<command_port> make_production_commands();

} // namespace praetor
