#pragma once

#include "actors/agent_view.hpp"
#include "actors/ports.hpp"
#include "actors/rpc_messages.hpp"
#include "actors/rpc_router.hpp"
#include "protocol/actors.hpp"

#include <map>

namespace praetor {

struct rpc_gateway_options {
  ports_ptr outside;
  agent_view_ptr view;
  write_path writes;
  raft_peer_actor peer; ///< null on client agents
  std::string datacenter;
};

struct rpc_gateway_state {
  static constexpr const char* name = "rpc_gateway";
  rpc_gateway_state() = default;

  using promise = caf::typed_response_promise<envelope>;
  /// One request that is being carried out.
  struct running {
    promise answer;
    caf::actor_addr sender;
    std::uint64_t number = 0;     ///< as the sender counts
    std::function<void()> cancel; ///< null: it can't be
    std::size_t bytes = 0;
  };

  rpc_gateway_actor::pointer self = nullptr;
  rpc_gateway_options options;
  std::map<std::uint64_t, running> requests; ///< by the gateway's own number
  /// Those that are monitored, and how many bytes of their requests are being carried out.
  std::map<caf::actor_addr, std::size_t> senders;
  std::uint64_t next = 0;

  caf::result<envelope> ask(const envelope& request);
  void tell(const envelope& message);
  void ended(std::uint64_t id, const envelope& answer);
  /// A sender has gone, and with it all who waited for its requests.
  void sender_down(const caf::actor_addr& sender);

private:
  bool admits(rpc_kind kind) const;
  /// What ends the request of this number; thread-safe.
  std::function<void(envelope)> answer_to(std::uint64_t id) const;
  /// @param command that of the request, if it is a proposal
  void carry_out(rpc_kind kind, rpc_request request, log_command command, std::uint64_t id);
  void propose(const rpc_request& request, log_command command, std::function<void(envelope)> done);
  void serve(rpc_request request, std::uint64_t id, std::function<void(envelope)> done);
  void look_up(rpc_request request, std::function<void(envelope)> done);
  void describe_log(std::function<void(envelope)> done);
  void describe_token(rpc_request request, std::function<void(envelope)> done);
  /// Who sent the message that is being handled.
  proposer proposer_of_message() const;
  /// Why an agent may not have its command carried out, if so.
  std::optional<error> refused_proposal(const std::string& command) const;
  void find_node(rpc_request request, std::function<void(envelope)> done);
  void cancel(std::uint64_t id);
};

/// Answers what other agents ask of this server.
rpc_gateway_actor::behavior_type rpc_gateway(rpc_gateway_actor::stateful_pointer<rpc_gateway_state> self,
                                             rpc_gateway_options options);

} // namespace praetor
