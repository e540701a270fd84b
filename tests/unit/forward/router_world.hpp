#pragma once

#include "actors/rpc/rpc_router.hpp"
#include "tests/unit/support/virtual_system.hpp"

#include <string>
#include <vector>

namespace praetor {

/// An actor system in virtual time with a router whose links the test plays.
class router_world : public virtual_system {
public:
  /// A call that a link received.
  struct asked {
    std::string server;
    std::shared_ptr<remote_call> call;
    rpc_request request;
  };

  explicit router_world(bool server);
  ~router_world();

  /// What gossip knows: servers of the own datacenter.
  void servers(const std::vector<std::string>& ids, swim::member_status status = swim::member_status::alive);
  void servers(std::shared_ptr<const known_servers> known);
  void link(const std::string& id, bool up);
  /// Publishes the agent's settings.
  void settings(nanoseconds rpc_client_timeout);
  /// Publishes the leader; "": none, "own": this agent.
  void leader(const std::string& id, std::uint64_t term = 1);
  /// A request that records its answers.
  forwarded_request_ptr request(bool repeatable);
  void send(const forwarded_request_ptr& r);
  void leave(const forwarded_request_ptr& r);
  /// Completes a call.
  void answer(std::size_t which, rpc_kind kind, std::string bytes);
  void refuse(std::size_t which, const std::string& text, bool not_carried_out);
  void fail_call(std::size_t which, bool reached);

  agent_view_ptr view = std::make_shared<agent_view>();
  rpc_router_actor router;
  std::vector<asked> calls;
  std::vector<std::pair<std::string, envelope>> told;
  std::vector<expected<std::string>> answers; ///< of requests, in order
  int led_here = 0;

private:
  std::uint64_t seed_ = 1;
};

} // namespace praetor
