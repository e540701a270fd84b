#pragma once

#include "sim/clients.hpp"
#include "sim/cluster.hpp"
#include "sim/replay.hpp"

#include <map>
#include <string>
#include <utility>

namespace praetor::sim {

/// Checks Raft's safety properties (Raft figure 3): one leader per term, log matching, leader completeness, and equal
/// states at equal indexes.
class consensus_checker {
public:
  consensus_checker(cluster& watched, laboratory& lab) : watched_(watched), lab_(lab) {}

  /// Checks the invariants. @param seldom include the expensive ones
  void look(bool seldom);
  /// Records a node's current state.
  void note(node& n);
  /// Call once everything has stopped: compares the logs, and replays the disks.
  void judge();

  std::size_t terms() const { return leaders_.size(); }

private:
  void note_leader(node& n);
  void compare_logs(node& a, node& b);

  cluster& watched_;
  laboratory& lab_;
  state_hashes hashes_;
  std::map<const node*, std::pair<std::uint64_t, std::uint64_t>> noted_; ///< last recorded life and index
  std::map<std::uint64_t, std::string> leaders_;                         ///< names, by term
  struct {
    std::uint64_t index = 0, term = 0;
    std::string node;
  } applied_; ///< the newest entry that any node has applied
};

} // namespace praetor::sim
