#pragma once

#include "actors/agent_view.hpp"
#include "actors/proposal.hpp"
#include "protocol/actors.hpp"
#include "storage/state/apply_result.hpp"

#include <deque>
#include <functional>
#include <memory>

namespace praetor {

struct rpc_router_state {
  static constexpr const char* name = "rpc_router";
  rpc_router_state() = default;

  /// What waits for a leader: tried again at each wake-up, given up at the deadline.
  struct held {
    steady_time deadline;
    std::function<void()> send;
    std::function<void()> give_up;
  };

  rpc_router_actor::pointer self = nullptr;
  agent_view_ptr view;
  raft_peer_actor peer;
  nanoseconds hold_timeout{0};
  std::deque<held> waiting;
  bool timer_set = false;

  void propose(std::shared_ptr<proposal> p, steady_time deadline);
  void read(done_callback done, steady_time deadline);
  void hold(held h);
  void retry();
};

/// @param peer the own server's Raft peer
/// @param hold_timeout how long a request waits for a leader (performance.rpc_hold_timeout)
rpc_router_actor::behavior_type rpc_router(rpc_router_actor::stateful_pointer<rpc_router_state> self,
                                           agent_view_ptr view, raft_peer_actor peer, nanoseconds hold_timeout);

/// Sends a write on its way: straight to the own Raft peer when it leads, else to the router.
class write_path {
public:
  write_path() = default;
  write_path(agent_view_ptr view, raft_peer_actor peer, rpc_router_actor router)
      : view_(std::move(view)), peer_(std::move(peer)), router_(std::move(router)) {}

  /// @param command type byte and MessagePack
  /// @param done called once, from the thread that applies
  void propose(std::string command, apply_callback done) const;
  /// Calls back once this agent may answer a consistent read from its own state.
  void read(done_callback done) const;

private:
  agent_view_ptr view_;
  raft_peer_actor peer_;
  rpc_router_actor router_;
};

} // namespace praetor
