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

/// The leader's ACL duty.
struct access_duty {
  std::string initial_management; ///< secret of the initial management token; may be empty
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
  std::optional<access_duty> access; ///< nothing: ACLs are disabled, or another datacenter has the records
  autopilot_config autopilot;        ///< stored if the cluster has none yet
};

struct leader_duties_state {
  static constexpr const char* name = "leader_duties";
  leader_duties_state() = default;
  ~leader_duties_state() { stop(); }

  leader_duties_actor::pointer self = nullptr;
  leader_duties_options options;
  reconciler_actor members;
  session_timers_actor timers;
  autopilot_actor pilot;
  coordinate_batcher_actor coordinates;
  std::vector<caf::strong_actor_ptr> working;
  std::shared_ptr<state::trigger> replaced; ///< fires when the whole state is replaced

  void start();
  void watch_history();
  void stop();
};

leader_duties_actor::behavior_type leader_duties(leader_duties_actor::stateful_pointer<leader_duties_state> self,
                                                 leader_duties_options options);

} // namespace praetor
