#pragma once

#include "actors/agent_view.hpp"
#include "actors/leader/ca_initializer.hpp"
#include "actors/leader/coordinate_batcher.hpp"
#include "actors/leader/reconciler.hpp"
#include "actors/ports.hpp"
#include "actors/rpc/write_path.hpp"
#include "protocol/actors.hpp"

#include <optional>
#include <string>
#include <vector>

namespace praetor {

/// What the leader does for access control.
struct access_duty {
  std::string initial_management; ///< secret of the first management token; may be empty
};

struct leader_duties_options {
  ports_ptr outside;
  agent_view_ptr view;
  write_path writes;
  raft_peer_actor peer;
  nanoseconds heartbeat{0}; ///< of the Raft peer
  std::string datacenter;
  member own;
  bool connect_enabled = true;
  ca_settings ca;
  coordinate_limits coordinates;
  std::optional<access_duty> access; ///< nothing: access control is off, or another datacenter keeps its records
  autopilot_config autopilot;        ///< stored if the cluster has none yet
};

struct leader_duties_state {
  static constexpr const char* name = "leader_duties";
  leader_duties_state() = default;
  /// What is done for the leader ends with it.
  ~leader_duties_state() { stop(); }

  leader_duties_actor::pointer self = nullptr;
  leader_duties_options options;
  reconciler_actor members;
  session_timers_actor timers;
  autopilot_actor pilot;
  coordinate_batcher_actor coordinates;
  std::vector<caf::strong_actor_ptr> working;
  std::shared_ptr<state::trigger> replaced; ///< fires when another state takes the place of the whole one

  void start();
  void watch_history();
  void stop();
};

leader_duties_actor::behavior_type leader_duties(leader_duties_actor::stateful_pointer<leader_duties_state> self,
                                                 leader_duties_options options);

} // namespace praetor
