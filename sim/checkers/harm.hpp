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

/// Attackers get nothing that they have no permission for, and others notice nothing of them.
class harm_checker {
public:
  /// @param alone nothing else disturbs the cluster, so that a new term or a late answer is the attackers' doing
  harm_checker(siege& where, const scenario& what, bool alone);

  /// What must hold at every moment. @param seldom look at what costs more, too
  void look(bool seldom);
  /// Once the attackers have stopped and all is in order again. Nothing is looked at any more.
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
  duration since_ = duration::max();                         ///< when the attackers began
  std::uint64_t term_ = 0;                                   ///< that the cluster had then
  std::map<const node*, std::set<std::uint64_t>> ownerless_; ///< requests that lately had no connection any more
};

} // namespace praetor::sim
