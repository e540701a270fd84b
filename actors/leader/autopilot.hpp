#pragma once

#include "actors/ports.hpp"
#include "actors/published_state.hpp"
#include "actors/raft/raft_status.hpp"
#include "protocol/actors.hpp"
#include "protocol/raft/autopilot.hpp"

#include <memory>

namespace praetor {

struct autopilot_actor_state {
  static constexpr const char* name = "autopilot";
  autopilot_actor_state() = default;
  /// Clears the published state, which only a leader has.
  ~autopilot_actor_state();

  autopilot_actor::pointer self = nullptr;
  ports_ptr outside;
  published_state_ptr view;
  raft_peer_actor peer;
  nanoseconds heartbeat{0};
  steady_time began;
  std::shared_ptr<const autopilot_state> last;
  bool reconcile_due = true; ///< with the next status
  bool changing = false;     ///< a change is being committed
  bool promoting = false;    ///< the change promotes a non-voter
  unsigned looks = 0;

  /// Requests the peer's status.
  void look();
  void judge(const raft_status& status);

private:
  autopilot_input input_of(const raft_status& status) const;
  void change(const raft::configuration_change& wanted);
};

/// @param heartbeat the maximal time between answers of a healthy member to the leader
autopilot_actor::behavior_type autopilot(autopilot_actor::stateful_pointer<autopilot_actor_state> self,
                                         ports_ptr outside, published_state_ptr view, raft_peer_actor peer,
                                         nanoseconds heartbeat);

} // namespace praetor
