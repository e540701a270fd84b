#pragma once

#include "actors/agent_view.hpp"
#include "actors/deadline_timer.hpp"
#include "actors/ports.hpp"
#include "actors/raft/proposal.hpp"
#include "actors/rpc/forwarded_request.hpp"
#include "protocol/actors.hpp"
#include "storage/state/apply_result.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>

namespace praetor {

/// The outcome of an attempt.
struct remote_outcome {
  expected<envelope> answer;
  bool reached = true; ///< false: it was definitely not sent
};

struct rpc_router_options {
  ports_ptr outside;
  agent_view_ptr view;
  std::string own_id, datacenter;
  bool server = false;
  raft_peer_actor peer; ///< null on client agents
  nanoseconds hold{0};  ///< how long a request waits for a leader (performance.rpc_hold_timeout)
  /// Starts the link to a server, as a child of the router.
  std::function<peer_link_actor(rpc_router_actor::pointer, const known_server&)> connect;
};

struct rpc_router_state {
  static constexpr const char* name = "rpc_router";
  rpc_router_state() = default;
  /// Stops the links.
  ~rpc_router_state();

  struct link {
    peer_link_actor handle;
    std::string datacenter, address;
    bool up = false;
  };
  /// A request that was sent to another server.
  struct flight {
    forwarded_request_ptr request;
    std::string server;
    link_stream_actor pusher; ///< for the stream after the request; null: none
  };

  rpc_router_actor::pointer self = nullptr;
  rpc_router_options options;
  std::mt19937_64 random;
  std::map<std::string, link> links; ///< by the server's id
  /// By datacenter, the ids of its servers in the order in which they are asked, unless the leader is.
  std::map<std::string, std::deque<std::string>> rotations;
  std::map<std::uint64_t, flight> flights;
  std::map<std::uint64_t, forwarded_request_ptr> held; ///< by place, the longest held first
  std::uint64_t next_number = 0, next_place = 0;
  deadline_timer<spread_agents> rebalance; ///< of client agents
  bool timer_set = false;

  void propose(std::shared_ptr<proposal> p);
  void read(done_callback done);
  void forward(forwarded_request_ptr r);
  void cancel(const forwarded_request_ptr& r);
  void ended(std::uint64_t number, remote_outcome outcome);
  void retry();
  void members_changed(const known_servers& now);
  void link_changed(const std::string& id, bool up);
  void link_lost(const caf::actor_addr& which);
  void shuffle();

private:
  void attempt(const forwarded_request_ptr& r);
  void hold_back(const forwarded_request_ptr& r);
  void give_up(const forwarded_request_ptr& r);
  /// Removes the attempt with this number and stops its pusher.
  std::optional<flight> end_flight(std::uint64_t number);
  /// The rest of an answer is ready to be pulled.
  void begin_stream(std::uint64_t number, flight& f, std::string head);
  /// The datacenter whose servers are asked. A client agent's servers pass on what is meant for others.
  const std::string& asked_datacenter(const destination& to) const;
  /// Whether waiting can help: while one of the servers lives they may elect a leader, and a server may become it
  /// itself. A server is given up when gossip does so and it is not reached either.
  bool has_servers(const std::string& datacenter) const;
  /// The server to ask; nothing while there is none to be reached.
  const std::string* choose(const std::string& datacenter) const;
  /// Asks this server last from now on, if it was asked first.
  void rotate(const std::string& failed);
  /// Takes a server that has no link any more out of the rotation of its datacenter.
  void drop(const std::string& id, const std::string& datacenter);
  void start_link(const known_server& s);
  void publish_links();
  void schedule_rebalance();
};

/// Forwards requests to the leader or to another server.
rpc_router_actor::behavior_type rpc_router(rpc_router_actor::stateful_pointer<rpc_router_state> self,
                                           rpc_router_options options);

} // namespace praetor
