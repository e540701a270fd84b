#pragma once

#include "sim/attackers/siege.hpp"

#include <string>

namespace praetor::sim {

/// The claimed sender of a hostile Raft message.
enum class raft_source { own, member };

/// A Raft message to a server that, if accepted, would take over leadership, vote twice, or append the attacker's
/// entries.
/// @param own the attacker's own Raft identity
/// @param mark included in the entries
std::string hostile_raft_message(siege& where, node& target, const raft::identity& own, raft_source source,
                                 const std::string& mark);

} // namespace praetor::sim
