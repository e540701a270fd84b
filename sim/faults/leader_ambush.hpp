#pragma once

#include "sim/faults/active_fault.hpp"

#include <cstdint>
#include <vector>

namespace praetor::sim {

struct fault_context;

/// Kills leaders at one chosen moment. Looks after each step of an actor, and strikes before the next one.
class leader_ambush {
public:
  explicit leader_ambush(fault_context& context);

  /// The node dies between the commit of its next entry and the application of it.
  void before_apply(const active& a, node& n) { armed_.push_back({a, &n}); }
  /// Whoever is elected next dies when its first entry is on its disk and nowhere else.
  void before_replication(const active& a);
  void call_off(const active& a);

private:
  struct armed {
    active a;
    node* n = nullptr;
  };
  struct coming_leader {
    active a;
    std::uint64_t term = 0;  ///< of the newest leader so far; its own once it is there
    node* n = nullptr;       ///< null: it is not there yet
    std::uint64_t links = 0; ///< the number to mend its links by
  };

  void watch_for_commit();
  bool has_committed(node& n, std::uint64_t index) const;
  void watch_for_leader();
  void cut_off_if_elected(coming_leader& next, node& n);

  fault_context& c_;
  std::vector<armed> armed_;
  std::vector<coming_leader> coming_;
};

} // namespace praetor::sim
