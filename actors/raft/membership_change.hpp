#pragma once

#include "protocol/actors.hpp"
#include "protocol/raft/machine.hpp"

namespace praetor {

/// A change of the Raft configuration, and the callback for its commit.
struct membership_change {
  raft::configuration_change change;
  done_callback done; ///< null: committed; otherwise the error, or that the outcome is unknown
};

} // namespace praetor
