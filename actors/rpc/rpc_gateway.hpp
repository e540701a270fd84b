#pragma once

#include "actors/agent_view.hpp"
#include "actors/complaint_limit.hpp"
#include "actors/ports.hpp"
#include "actors/rpc/byte_pipe.hpp"
#include "actors/rpc/peer_standing.hpp"
#include "actors/rpc/rpc_kinds.hpp"
#include "actors/rpc/rpc_router.hpp"
#include "actors/rpc/stream_limits.hpp"
#include "actors/rpc/write_path.hpp"
#include "protocol/actors.hpp"
#include "protocol/base/fair_share.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace praetor {

struct rpc_gateway_options {
  ports_ptr outside;
  agent_view_ptr view;
  write_path writes;
  raft_peer_actor peer; ///< null on client agents
  std::string own_id;   ///< of this node: no peer may claim it
  std::string datacenter;
  stream_limits streams = {};
};

struct rpc_gateway_state {
  static constexpr const char* name = "rpc_gateway";
  rpc_gateway_state() = default;
  /// Tells the other ends of all streams that they have ended.
  ~rpc_gateway_state();

  using promise = caf::typed_response_promise<envelope>;
  /// The streams of a request: one that the peer pushes after it, and one that it pulls after the beginning of the
  /// answer.
  struct request_streams {
    std::shared_ptr<byte_pipe> body; ///< null: the request was complete
    std::uint64_t pushed = 0;        ///< bytes received
    bool body_ended = false;
    std::deque<promise> pushes; ///< pushes that wait for room

    struct waiting_pull {
      promise answer;
      std::size_t most = 0;
      steady_time since;
    };
    std::shared_ptr<byte_pipe> answer; ///< null: no answer yet, or it is not streamed
    std::uint64_t pulled = 0;
    std::deque<waiting_pull> pulls; ///< pulls that wait for bytes

    steady_time moved; ///< the peer's last push or pull
  };
  /// A running request, or one with an open stream.
  struct running {
    promise answer;
    std::uint64_t connection = 0;
    std::uint64_t number = 0;     ///< the peer's number; 0: it can't be cancelled
    std::function<void()> cancel; ///< null: it can't be cancelled
    std::size_t bytes = 0;
    std::string origin;                       ///< see rpc_request::origin; "": the peer's own
    std::unique_ptr<request_streams> streams; ///< null: it has none
  };
  /// One connection's running requests.
  struct peer_load {
    std::unordered_set<std::uint64_t> requests;               ///< by the gateway's own number
    std::unordered_map<std::uint64_t, std::uint64_t> numbers; ///< the peer's cancellable requests: its numbers to the
                                                              ///< gateway's
    std::size_t bytes = 0;                                    ///< of those requests
  };
  /// The servers' running requests for one origin.
  struct origin_load {
    std::size_t requests = 0, bytes = 0;
  };

  rpc_gateway_actor::pointer self = nullptr;
  rpc_gateway_options options;
  std::unordered_map<std::uint64_t, running> requests; ///< by the gateway's own number
  std::unordered_map<std::uint64_t, peer_load> peers;  ///< by connection; those with running requests
  std::unordered_map<std::string, origin_load> origins;
  std::set<std::uint64_t> streaming; ///< requests with streams
  bool watches_streams = false;
  fair_share slots{most_running, {.own = slots_of_each}}, memory{most_bytes, {.own = bytes_of_each}};
  complaint_limit complaints;
  std::uint64_t next = 0;

  caf::result<envelope> ask(const envelope& request, const peer_identity& from);
  void tell(const envelope& message, const peer_identity& from);
  void ended(std::uint64_t id, const envelope& answer);
  /// A connection has ended: cancels all its requests.
  void connection_ended(std::uint64_t connection);
  /// The request is answered; the rest of the answer follows through the pipe.
  void begin_stream(std::uint64_t id, const envelope& head, std::shared_ptr<byte_pipe> rest);
  /// A pipe of the request has bytes for the peer, or room for its next push.
  void stream_ready(std::uint64_t id);
  /// Answers pulls that have waited for long, and ends stalled streams.
  void look_after_streams();

private:
  /// The maximal number of running requests of all peers, and the number reserved for each.
  static constexpr std::size_t most_running = 32768, slots_of_each = 64;
  /// An agent's share relative to a server's, which forwards for many agents: otherwise one agent could use up its
  /// server's share at the leader.
  static constexpr std::size_t part_of_agent = 4;
  /// The maximal bytes of all requests, and the bytes reserved for each peer, enough for a small request.
  static constexpr std::size_t most_bytes = 256 << 20, bytes_of_each = 64 << 10;

  peer_standing standing(const peer_identity& from) const;
  /// Rejects a kind that the peer may not send.
  std::optional<envelope> refused_kind(const rpc_kind_row* row, std::uint16_t kind, const peer_identity& from);
  /// Rejects a request that exceeds the share of the peer or its origin.
  std::optional<envelope> refused_load(const peer_identity& from, std::uint64_t number, const std::string& origin,
                                       std::size_t bytes) const;
  /// The origin of a request: as stated by a server; any other agent is the origin itself.
  std::string origin_of(const rpc_request& request, const peer_identity& from) const;
  /// Counts more bytes for a request.
  void charge(running& r, std::size_t bytes);
  /// The command of a request, if the peer may propose it.
  tl::expected<log_command, rpc_refusal> proposed_command(std::string bytes, const peer_identity& from);
  void complain(const peer_identity& from, const std::string& why);

  /// A handler's result callback; thread-safe. A refusal tells the peer why there is no answer.
  template <rpc_kind Kind>
  using reply_callback = std::function<void(tl::expected<reply_of<Kind>, rpc_refusal>)>;
  /// A request as its handler receives it.
  template <rpc_kind Kind>
  struct received {
    question_of<Kind> what;
    rpc_request head; ///< its body is moved out; `origin` is the client that a further hop counts it for
    const peer_identity& from;
    std::uint64_t id; ///< the gateway's own number
    reply_callback<Kind> done;
  };
  /// Carries out a request. Each kind that is answered by itself has a specialisation in rpc_gateway.cpp.
  template <rpc_kind Kind>
  void carry_out(received<Kind> asked);
  /// Reads a request and has it carried out.
  template <rpc_kind Kind>
  void read_and_carry_out(rpc_request request, const peer_identity& from, std::uint64_t id);
  void dispatch(rpc_kind kind, rpc_request request, const peer_identity& from, std::uint64_t id);
  void cancel(std::uint64_t id);
  /// Ends a request early: sends the peer this answer and cancels the execution.
  void end_early(std::uint64_t id, const envelope& answer);

  caf::result<envelope> pull(const envelope& e, const peer_identity& from);
  caf::result<envelope> push(const envelope& e, const peer_identity& from);
  /// The gateway's number for a peer's request; 0: unknown.
  std::uint64_t own_number(std::uint64_t connection, std::uint64_t number) const;
  request_streams& open_streams(std::uint64_t id);
  void answer_pulls(std::uint64_t id);
  void answer_pushes(std::uint64_t id);
  /// The peer violated the stream protocol: ends the request. @returns the answer to the peer
  envelope break_off(std::uint64_t id, const peer_identity& from, const std::string& why);
  /// Tells both ends of each stream that the request has ended.
  static void close_streams(request_streams& s, const std::string& why);
  static void close_pipes(request_streams& s, const std::string& why);
};

/// Encodes a refusal.
envelope rpc_refused(error why, bool not_carried_out);
envelope rpc_refused(std::string text, int status, bool not_carried_out);

/// Answers the requests of other agents to this server.
rpc_gateway_actor::behavior_type rpc_gateway(rpc_gateway_actor::stateful_pointer<rpc_gateway_state> self,
                                             rpc_gateway_options options);

} // namespace praetor
