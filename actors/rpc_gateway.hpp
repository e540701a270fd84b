#pragma once

#include "actors/agent_view.hpp"
#include "actors/complaint_limit.hpp"
#include "actors/peer_standing.hpp"
#include "actors/ports.hpp"
#include "actors/rpc_kinds.hpp"
#include "actors/rpc_router.hpp"
#include "protocol/actors.hpp"
#include "protocol/base/fair_share.hpp"

#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace praetor {

struct rpc_gateway_options {
  ports_ptr outside;
  agent_view_ptr view;
  write_path writes;
  raft_peer_actor peer; ///< null on client agents
  std::string own_id;   ///< of this node: no peer may say that it is this one
  std::string datacenter;
};

struct rpc_gateway_state {
  static constexpr const char* name = "rpc_gateway";
  rpc_gateway_state() = default;

  using promise = caf::typed_response_promise<envelope>;
  /// One request that is being carried out.
  struct running {
    promise answer;
    std::uint64_t connection = 0;
    std::uint64_t number = 0;     ///< as the peer counts; 0: it does not cancel
    std::function<void()> cancel; ///< null: it can't be
    std::size_t bytes = 0;
  };
  /// What one connection has under way.
  struct peer_load {
    std::unordered_set<std::uint64_t> requests;               ///< by the gateway's own number
    std::unordered_map<std::uint64_t, std::uint64_t> numbers; ///< the peer's numbers, if it may cancel, to the own ones
    std::size_t bytes = 0;                                    ///< of those requests
  };

  rpc_gateway_actor::pointer self = nullptr;
  rpc_gateway_options options;
  std::unordered_map<std::uint64_t, running> requests; ///< by the gateway's own number
  std::unordered_map<std::uint64_t, peer_load> peers;  ///< by connection; those with requests under way
  fair_share slots{most_running, slots_of_each}, memory{most_bytes, bytes_of_each};
  complaint_limit complaints;
  std::uint64_t next = 0;

  caf::result<envelope> ask(const envelope& request, const peer_identity& from);
  void tell(const envelope& message, const peer_identity& from);
  void ended(std::uint64_t id, const envelope& answer);
  /// A connection has ended, and with it all who waited for its requests.
  void connection_ended(std::uint64_t connection);

private:
  /// Requests of all peers together, and how many each may have whatever the others do.
  static constexpr std::size_t most_running = 32768, slots_of_each = 64;
  /// An agent may hold a part of what a server may, which asks for many agents: else one agent could fill the share
  /// that its server has at the leader.
  static constexpr std::size_t part_of_agent = 4;
  /// Bytes of all requests, and those of each peer: one small request always finds room.
  static constexpr std::size_t most_bytes = 256 << 20, bytes_of_each = 64 << 10;

  peer_standing standing(const peer_identity& from) const;
  /// Why the peer may not send this kind, if so.
  std::optional<envelope> refused_kind(const rpc_kind_row* row, std::uint16_t kind, const peer_identity& from);
  /// Why the peer has no room for one more request, if so.
  std::optional<envelope> refused_load(const peer_identity& from, std::uint64_t number, std::size_t bytes) const;
  /// The command of a request, if it may be proposed for the peer.
  tl::expected<log_command, envelope> proposed_command(std::string bytes, const peer_identity& from);
  void complain(const peer_identity& from, const std::string& why);
  /// What ends the request of this number; thread-safe.
  std::function<void(envelope)> answer_to(std::uint64_t id) const;
  /// @param command that of the request, if it is a proposal
  void carry_out(rpc_kind kind, rpc_request request, log_command command, std::uint64_t id);
  void propose(const rpc_request& request, log_command command, std::function<void(envelope)> done);
  void serve(rpc_request request, std::uint64_t id, std::function<void(envelope)> done);
  void look_up(rpc_request request, std::function<void(envelope)> done);
  void describe_log(std::function<void(envelope)> done);
  void describe_token(rpc_request request, std::function<void(envelope)> done);
  void find_node(rpc_request request, std::function<void(envelope)> done);
  void cancel(std::uint64_t id);
};

/// Answers what other agents ask of this server.
rpc_gateway_actor::behavior_type rpc_gateway(rpc_gateway_actor::stateful_pointer<rpc_gateway_state> self,
                                             rpc_gateway_options options);

} // namespace praetor
