#pragma once

#include "actors/ports.hpp"
#include "actors/published_state.hpp"
#include "actors/raft/raft_status.hpp"
#include "protocol/actors.hpp"

namespace praetor {

struct leaver_options {
  ports_ptr outside;
  published_state_ptr view;
  std::string node_id;
  raft_peer_actor peer;         ///< null on client agents
  gossip_prober_actor lan, wan; ///< null: not a member of that pool
  nanoseconds drain{0};         ///< how long a server continues to serve after it has announced its leave
  done_callback done;           ///< called once, at the end
};

struct leaver_state {
  static constexpr const char* name = "leaver";
  leaver_state() = default;

  leaver_actor::pointer self = nullptr;
  leaver_options options;
  leave_step now = leave_step::start;
  int open_pools = 0; ///< that have not been told yet
  unsigned looks = 0; ///< at the configuration

  void begin(leave_step next);
  void through(leave_step which);
  void look();
  void judge(const raft_status& status);

private:
  void hand_over();
  void say_farewell();
  bool has_successors() const;
  void tick(nanoseconds after);
};

/// Stops when the agent has left.
leaver_actor::behavior_type leaver(leaver_actor::stateful_pointer<leaver_state> self, leaver_options options);

} // namespace praetor
