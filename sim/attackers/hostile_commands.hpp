#pragma once

#include "sim/attackers/siege.hpp"

#include <string>

namespace praetor::sim {

// An attacker's commands in log form, of every kind.

/// Leaves the mark in the state.
std::string marking_command(sim::world& world, const std::string& mark);
/// Destroys other clients' data: keys, nodes, sessions, votes, or the whole state.
std::string destructive_command(siege& where);
/// A malformed command, or one with members that no server would write.
std::string malformed_command(sim::world& world, const std::string& mark);

/// Meaningless bytes, or ones that announce more than they contain.
std::string garbage(sim::world& world);

} // namespace praetor::sim
