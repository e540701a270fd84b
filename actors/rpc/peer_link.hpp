#pragma once

#include "actors/complaint_limit.hpp"
#include "actors/deadline_timer.hpp"
#include "actors/ports.hpp"
#include "actors/rpc/remote_call.hpp"
#include "protocol/actors.hpp"
#include "protocol/base/backoff.hpp"

#include <caf/actor_companion.hpp>

#include <deque>
#include <map>
#include <random>
#include <unordered_map>

namespace praetor {

/// A link's reconnect delays, and its limits for a slow peer.
struct link_limits {
  std::chrono::milliseconds first_wait{50}, longest_wait{3000};
  std::size_t window = 16 << 20;       ///< bytes sent but not received by the peer
  std::size_t most_requests = 1 << 16; ///< unanswered requests
  /// Bytes of unanswered requests; the peer's answer shows that it has processed one. A larger request is sent alone.
  /// Raft messages have a window of their own (raft::settings::max_in_flight_bytes).
  std::size_t unanswered = 64 << 20;
};

struct peer_link_state {
  static constexpr const char* name = "peer_link";
  peer_link_state() = default;
  /// Fails all open requests and closes the connection.
  ~peer_link_state();

  struct waiting_call {
    std::shared_ptr<remote_call> call;
    std::multimap<steady_time, std::uint64_t>::iterator deadline;
    std::size_t bytes = 0; ///< of the request
  };

  peer_link_actor::pointer self = nullptr;
  ports_ptr outside;
  known_server target;
  raft_peer_actor peer; ///< null on client agents
  rpc_router_actor router;
  link_limits limits;
  std::mt19937_64 random;

  remote_gateway_actor gateway;                  ///< null while the link is down
  std::shared_ptr<caf::actor_companion> mailbox; ///< sends in the link's name and receives the answers
  std::uint64_t attempt = 0;                     ///< number of the newest attempt; results of older ones are dropped
  bool connecting = false;
  backoff retry_waits{limits.first_wait, limits.longest_wait};
  std::string last_error;

  complaint_limit complaints;
  std::unordered_map<std::uint64_t, waiting_call> calls;
  std::multimap<steady_time, std::uint64_t> deadlines;
  std::deque<std::uint64_t> late; ///< the last timed-out numbers: their answers may still arrive
  std::size_t unanswered = 0;     ///< total bytes of `calls`
  steady_time retry_at = steady_time::max();
  deadline_timer<> timer;

  void connect();
  void connected(link_outcome& outcome);
  void moved(const std::string& address);
  void ask(std::shared_ptr<remote_call> call);
  void answered(std::uint64_t number, link_answer& answer);
  void tell(remote_envelope& message);
  void gateway_down(const caf::down_msg& down);
  void wake();

private:
  /// A number that no open request has, unpredictable for anyone but the requested server.
  std::uint64_t fresh_number();
  /// Why nothing may be sent now; empty if it may.
  std::string objection(std::size_t bytes) const;
  /// Removes and returns the call with this number, if it is open.
  std::shared_ptr<remote_call> end_call(std::uint64_t number);
  void drop_connection(const std::string& why);
  void retry_later();
  void announce(bool up);
  void set_timer();
};

/// Keeps the link to one other server.
/// @param target the server to reach; its identity is verified
/// @param peer the local Raft peer, null on client agents; notified like the router when the link goes up or down
peer_link_actor::behavior_type peer_link(peer_link_actor::stateful_pointer<peer_link_state> self, ports_ptr outside,
                                         known_server target, raft_peer_actor peer, rpc_router_actor router);

} // namespace praetor
