#pragma once

#include "sim/attackers/siege.hpp"

#include <string>

namespace praetor::sim {

/// Whom a hostile Raft message says that it comes from.
enum class raft_source { own, member };

/// A Raft message to a server that would take the leader's place, vote twice, or put the attacker's entries into the
/// log, if it were believed.
/// @param own who the attacker would be to Raft
/// @param mark stands in the entries
std::string hostile_raft_message(siege& where, node& target, const raft::identity& own, raft_source source,
                                 const std::string& mark);

} // namespace praetor::sim
