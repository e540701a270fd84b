#pragma once

#include "protocol/actors.hpp"
#include "protocol/raft/machine.hpp"

namespace praetor {

/// A change of the Raft configuration, and who waits for it to be committed.
struct membership_change {
  raft::configuration_change change;
  done_callback done; ///< null: committed; else why not, or that the outcome is unknown
};

} // namespace praetor
