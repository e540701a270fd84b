#pragma once

#include "sim/attackers/siege.hpp"

#include <map>
#include <set>
#include <string>

namespace praetor {
struct raft_peer_state;
struct rpc_gateway_state;
} // namespace praetor

namespace praetor::sim {

/// Checks that attackers gain nothing that they have no permission for, and that others do not notice them.
class harm_checker {
public:
  /// @param alone attackers are the only disturbance, so a new term or a late answer is caused by them
  harm_checker(siege& where, const scenario& what, bool alone);

  /// Checks the invariants. @param seldom include the expensive ones
  void look(bool seldom);
  /// Call once the attackers have stopped and the cluster has recovered. Nothing is checked afterwards.
  void judge();

private:
  void look_at_terms();
  void look_at_marks();
  void look_at_gateway(node& n, const rpc_gateway_state& gateway);
  void look_at_raft(node& n, const raft_peer_state& peer);
  void look_at_gossip(node& n);
  void answered(std::string_view target, duration asked, const reply& r);
  void find(std::string_view checker, std::string text) { where_.find(checker, std::move(text)); }

  siege& where_;
  bool active_, strict_, raft_is_closed_;
  duration since_ = duration::max();                         ///< when the attackers started
  std::uint64_t term_ = 0;                                   ///< the cluster's term at that time
  std::map<const node*, std::set<std::uint64_t>> ownerless_; ///< recent requests whose connection had ended
};

} // namespace praetor::sim
