#pragma once

#include "sim/faults/active_fault.hpp"

#include <cstdint>
#include <vector>

namespace praetor::sim {

struct fault_context;

/// Kills leaders at an exact moment. Checks after each step of an actor, and acts before the next one.
class leader_ambush {
public:
  explicit leader_ambush(fault_context& context);

  /// Kills the node between the commit of its next entry and its application.
  void before_apply(const active& a, node& n) { armed_.push_back({a, &n}); }
  /// Kills the next elected leader when its first entry is only on its own disk.
  void before_replication(const active& a);
  void call_off(const active& a);

private:
  struct armed {
    active a;
    node* n = nullptr;
  };
  struct coming_leader {
    active a;
    std::uint64_t term = 0;  ///< of the newest leader so far; the target's own once there is one
    node* n = nullptr;       ///< null: not elected yet
    std::uint64_t links = 0; ///< the number for repairing its links
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
