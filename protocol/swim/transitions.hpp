#pragma once

#include "protocol/swim/types.hpp"
#include "protocol/swim/wire.hpp"

/// The allowed transitions of node conditions and member statuses, whatever messages arrive.
namespace praetor::swim {

/// Allowed condition changes: only live nodes become suspected, and dead ones return as alive (SWIM 4.2).
constexpr bool may_become(node_condition from, node_condition to) {
  switch (to) {
  case node_condition::alive: return true;
  case node_condition::suspect: return from == node_condition::alive;
  case node_condition::dead:
  case node_condition::left: return from == node_condition::alive || from == node_condition::suspect;
  }
  return false;
}

/// Allowed status changes. Only a member that announced it is leaving; a failed member becomes left once its intent
/// arrives (handleNodeLeaveIntent in Serf's serf.go).
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
