#pragma once

#include "protocol/swim/types.hpp"
#include "protocol/swim/wire.hpp"

/// The steps that a machine may take in what it believes of others, whatever it hears.
namespace praetor::swim {

/// Whether a node's condition may change so: only the living are suspected, and who is gone comes back alive
/// (SWIM 4.2).
constexpr bool may_become(node_condition from, node_condition to) {
  switch (to) {
  case node_condition::alive: return true;
  case node_condition::suspect: return from == node_condition::alive;
  case node_condition::dead:
  case node_condition::left: return from == node_condition::alive || from == node_condition::suspect;
  }
  return false;
}

/// Whether a member's status may change so. Only who has announced it leaves; one that has failed is taken for one that
/// left once its intent arrives (Serf's handleNodeLeaveIntent).
constexpr bool may_become(member_status from, member_status to) {
  using enum member_status;
  switch (to) {
  case none: return false;
  case alive: return true;
  case leaving: return from != leaving;
  case left: return from == leaving || from == failed;
  case failed: return from == alive;
  }
  return false;
}

} // namespace praetor::swim
