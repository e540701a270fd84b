#pragma once

#include "protocol/actors.hpp"
#include "protocol/types/error.hpp"
#include "storage/state/apply_result.hpp"
#include "storage/state/log_command.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace praetor {

struct published_state;
using published_state_ptr = std::shared_ptr<published_state>;

/// Sends a write on its way: straight to the own Raft peer when it leads, else to the router.
class write_path {
public:
  write_path() = default;
  write_path(published_state_ptr view, raft_peer_actor peer, rpc_router_actor router)
      : view_(std::move(view)), peer_(std::move(peer)), router_(std::move(router)) {}

  /// @param command what encode_command or check_command gave; a refused one is answered at once
  /// @param done called once, from the thread that applies: it hands the result on and is short
  /// @param hops how many agents have handed the command on
  /// @param hold how long it may wait for a leader; 0: as the configuration says
  /// @param origin for whom it is proposed: see rpc_request::origin
  void propose(expected<log_command> command, apply_callback done, std::uint32_t hops = 0,
               std::chrono::nanoseconds hold = {}, std::string origin = {}) const;
  /// Calls back once this server may answer a consistent read from its own state; with an error if it does not lead.
  void read(done_callback done) const;
  const rpc_router_actor& router() const { return router_; }

private:
  published_state_ptr view_;
  raft_peer_actor peer_;
  rpc_router_actor router_;
};

} // namespace praetor
