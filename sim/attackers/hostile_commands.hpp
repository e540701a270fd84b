#pragma once

#include "sim/attackers/siege.hpp"

#include <string>

namespace praetor::sim {

// Commands as they stand in the log, of every kind, as an attacker proposes them.

/// One that leaves the mark in the state.
std::string marking_command(sim::world& world, const std::string& mark);
/// One that takes away what others have: keys, nodes, sessions, votes, or the whole state.
std::string destructive_command(siege& where);
/// One that is no command, or one with members that no server would write.
std::string malformed_command(sim::world& world, const std::string& mark);

/// Bytes that mean nothing, or announce more than there is.
std::string garbage(sim::world& world);

} // namespace praetor::sim
