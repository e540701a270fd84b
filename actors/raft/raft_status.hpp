#pragma once

#include "protocol/raft/machine.hpp"

#include <vector>

namespace praetor {

/// The status of a Raft peer for operators.
struct raft_status {
  raft::role role = raft::role::follower;
  raft::term_t term = 0;
  raft::identity own, leader;
  raft::index_t first_index = 0, last_index = 0, commit_index = 0, applied_index = 0;
  raft::term_t last_term = 0;
  raft::index_t snapshot_index = 0;
  raft::term_t snapshot_term = 0;
  raft::indexed_configuration members;           ///< in force, committed or not
  raft::indexed_configuration committed_members; ///< the newest committed one
  raft::time_point last_contact;                 ///< as raft::machine::last_contact
  raft::counters count;
  std::vector<raft::peer_status> peers;
};

} // namespace praetor
