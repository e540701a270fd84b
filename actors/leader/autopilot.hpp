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
  /// Only a leader knows how the servers fare.
  ~autopilot_actor_state();

  autopilot_actor::pointer self = nullptr;
  ports_ptr outside;
  published_state_ptr view;
  raft_peer_actor peer;
  nanoseconds heartbeat{0};
  steady_time began;
  std::shared_ptr<const autopilot_state> last;
  bool reconcile_due = true; ///< with the next figures
  bool changing = false;     ///< a change is on its way into the log
  bool promoting = false;    ///< the change gives a server its vote
  unsigned looks = 0;

  /// Asks for the peer's figures.
  void look();
  void judge(const raft_status& status);

private:
  autopilot_input input_of(const raft_status& status) const;
  void change(const raft::configuration_change& wanted);
};

/// @param heartbeat how often members answer the leader at least, when all is well
autopilot_actor::behavior_type autopilot(autopilot_actor::stateful_pointer<autopilot_actor_state> self,
                                         ports_ptr outside, published_state_ptr view, raft_peer_actor peer,
                                         nanoseconds heartbeat);

} // namespace praetor
