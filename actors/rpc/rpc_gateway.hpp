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
  std::string own_id;   ///< of this node: no peer may say that it is this one
  std::string datacenter;
  stream_limits streams = {};
};

struct rpc_gateway_state {
  static constexpr const char* name = "rpc_gateway";
  rpc_gateway_state() = default;
  /// Whoever is at the other ends of the streams hears that they have ended.
  ~rpc_gateway_state();

  using promise = caf::typed_response_promise<envelope>;
  /// The streams of a request: of what the peer pushes after it, and of what it pulls after the answer's beginning.
  struct request_streams {
    std::shared_ptr<byte_pipe> body; ///< null: the request came whole
    std::uint64_t pushed = 0;        ///< bytes of it that came
    bool body_ended = false;
    std::deque<promise> pushes; ///< that wait for room

    struct waiting_pull {
      promise answer;
      std::size_t most = 0;
      steady_time since;
    };
    std::shared_ptr<byte_pipe> answer; ///< null: there is no answer yet, or it is no stream
    std::uint64_t pulled = 0;
    std::deque<waiting_pull> pulls; ///< that wait for bytes

    steady_time moved; ///< when the peer pushed or pulled last
  };
  /// One request that is being carried out, or has a stream that is open.
  struct running {
    promise answer;
    std::uint64_t connection = 0;
    std::uint64_t number = 0;     ///< as the peer counts; 0: it does not cancel
    std::function<void()> cancel; ///< null: it can't be
    std::size_t bytes = 0;
    std::string origin;                       ///< see rpc_request::origin; "": the peer asks for itself
    std::unique_ptr<request_streams> streams; ///< null: it has none
  };
  /// What one connection has under way.
  struct peer_load {
    std::unordered_set<std::uint64_t> requests;               ///< by the gateway's own number
    std::unordered_map<std::uint64_t, std::uint64_t> numbers; ///< the peer's numbers, if it may cancel, to the own ones
    std::size_t bytes = 0;                                    ///< of those requests
  };
  /// What servers have under way for one origin.
  struct origin_load {
    std::size_t requests = 0, bytes = 0;
  };

  rpc_gateway_actor::pointer self = nullptr;
  rpc_gateway_options options;
  std::unordered_map<std::uint64_t, running> requests; ///< by the gateway's own number
  std::unordered_map<std::uint64_t, peer_load> peers;  ///< by connection; those with requests under way
  std::unordered_map<std::string, origin_load> origins;
  std::set<std::uint64_t> streaming; ///< requests with streams
  bool watches_streams = false;
  fair_share slots{most_running, {.own = slots_of_each}}, memory{most_bytes, {.own = bytes_of_each}};
  complaint_limit complaints;
  std::uint64_t next = 0;

  caf::result<envelope> ask(const envelope& request, const peer_identity& from);
  void tell(const envelope& message, const peer_identity& from);
  void ended(std::uint64_t id, const envelope& answer);
  /// A connection has ended, and with it all who waited for its requests.
  void connection_ended(std::uint64_t connection);
  /// The request is answered, and the rest of the answer comes through the pipe.
  void begin_stream(std::uint64_t id, const envelope& head, std::shared_ptr<byte_pipe> rest);
  /// A pipe of the request has bytes for the peer, or room for it.
  void stream_news(std::uint64_t id);
  /// Answers pulls that wait for long, and ends streams whose peers stand still.
  void look_after_streams();

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
  /// Why the peer, or whom it asks for, has no room for one more request, if so.
  std::optional<envelope> refused_load(const peer_identity& from, std::uint64_t number, const std::string& origin,
                                       std::size_t bytes) const;
  /// For whom a request is made: a server is believed, any other agent asks for itself.
  std::string origin_of(const rpc_request& request, const peer_identity& from) const;
  /// Counts so many bytes more for a request.
  void charge(running& r, std::size_t bytes);
  /// The command of a request, if it may be proposed for the peer.
  tl::expected<log_command, rpc_refusal> proposed_command(std::string bytes, const peer_identity& from);
  void complain(const peer_identity& from, const std::string& why);

  /// What a handler gives back; thread-safe. A refusal tells the peer why there is no answer.
  template <rpc_kind Kind>
  using reply_callback = std::function<void(tl::expected<reply_of<Kind>, rpc_refusal>)>;
  /// A request as its handler gets it.
  template <rpc_kind Kind>
  struct received {
    question_of<Kind> what;
    rpc_request head; ///< its body is taken out; `origin` says whom it is for when it is handed on from here
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
  /// Ends a request before its time: the peer is given this answer, and whoever carries it out is told.
  void end_early(std::uint64_t id, const envelope& answer);

  caf::result<envelope> pull(const envelope& e, const peer_identity& from);
  caf::result<envelope> push(const envelope& e, const peer_identity& from);
  /// The gateway's own number of a peer's request; 0: there is no such request.
  std::uint64_t own_number(std::uint64_t connection, std::uint64_t number) const;
  request_streams& open_streams(std::uint64_t id);
  void answer_pulls(std::uint64_t id);
  void answer_pushes(std::uint64_t id);
  /// The peer has done with a stream what no agent does: the request ends with it. @returns the answer to that
  envelope break_off(std::uint64_t id, const peer_identity& from, const std::string& why);
  /// Tells both ends of each stream that the request has ended.
  static void close_streams(request_streams& s, const std::string& why);
  static void close_pipes(request_streams& s, const std::string& why);
};

/// Why there is no answer, as an envelope.
envelope rpc_refused(error why, bool not_carried_out);
envelope rpc_refused(std::string text, int status, bool not_carried_out);

/// Answers what other agents ask of this server.
rpc_gateway_actor::behavior_type rpc_gateway(rpc_gateway_actor::stateful_pointer<rpc_gateway_state> self,
                                             rpc_gateway_options options);

} // namespace praetor
