#pragma once

#include "sim/clients.hpp"
#include "sim/cluster.hpp"
#include "sim/replay.hpp"

#include <map>
#include <string>
#include <utility>

namespace praetor::sim {

/// What Raft promises: one leader a term, logs that match, leaders that have all that was committed, and the same state
/// at the same index everywhere.
class consensus_checker {
public:
  consensus_checker(cluster& watched, laboratory& lab) : watched_(watched), lab_(lab) {}

  /// What must hold at every moment. @param seldom look at what costs more, too
  void look(bool seldom);
  /// Notes the state that a node has now.
  void note(node& n);
  /// Once nothing goes on any more: logs, and what comes of reading the disks anew.
  void judge();

  std::size_t terms() const { return leaders_.size(); }

private:
  void note_leader(node& n);
  void compare_logs(node& a, node& b);

  cluster& watched_;
  laboratory& lab_;
  state_hashes hashes_;
  std::map<const node*, std::pair<std::uint64_t, std::uint64_t>> noted_; ///< life and index, lately
  std::map<std::uint64_t, std::string> leaders_;                         ///< names, by term
  struct {
    std::uint64_t index = 0, term = 0;
    std::string node;
  } applied_; ///< the newest entry that any node has applied
};

} // namespace praetor::sim
