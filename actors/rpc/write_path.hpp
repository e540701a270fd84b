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

/// Submits a write: directly to the local Raft peer if it leads, otherwise to the router.
class write_path {
public:
  write_path() = default;
  write_path(published_state_ptr view, raft_peer_actor peer, rpc_router_actor router)
      : view_(std::move(view)), peer_(std::move(peer)), router_(std::move(router)) {}

  /// @param command the result of encode_command or check_command; an error is returned at once
  /// @param done called once, on the applying thread: it must be short and pass the result on
  /// @param hops how many agents have forwarded the command
  /// @param hold how long it may wait for a leader; 0: the configured time
  /// @param origin the client it is proposed for: see rpc_request::origin
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
