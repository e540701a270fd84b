#pragma once

#include "actors/access/token_resolver.hpp"
#include "actors/rpc/received_message.hpp"
#include "actors/rpc/rpc_gateway.hpp"
#include "protocol/codec/command.hpp"
#include "protocol/codec/msgpack.hpp"
#include "protocol/config/runtime_config.hpp"
#include "tests/unit/support/virtual_system.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <set>

namespace praetor {

/// Connections that the test opens and closes.
class played_links final : public connector {
public:
  std::set<std::uint64_t> open{1, 2};
  std::map<std::uint64_t, std::size_t> dealt_with; ///< in bytes, by connection
  void connect(const known_server&, caf::actor_id, std::function<void(expected<remote_gateway_actor>)>) override {}
  void disconnect(const remote_gateway_actor&) override {}
  std::size_t unsent(const remote_gateway_actor&) const override { return 0; }
  expected<void> publish(const rpc_gateway_actor&) override { return {}; }
  bool is_open(std::uint64_t connection) const override { return open.contains(connection); }
  void handled(std::uint64_t connection, std::size_t bytes) override { dealt_with[connection] += bytes; }
};

/// Holds requests for the test to answer.
class kept_requests final : public request_server {
public:
  struct one {
    remote_request request;
    std::uint32_t hops;
    std::function<void(remote_answer)> done;
  };
  std::vector<one> requests;
  int cancelled = 0;

  std::function<void()> serve(remote_request request, std::uint32_t hops, nanoseconds,
                              std::function<void(remote_answer)> done) override {
    requests.push_back({std::move(request), hops, std::move(done)});
    return [this] { ++cancelled; };
  }
  std::function<void()> serve_own(remote_request, nanoseconds, std::function<void(remote_answer)>) override {
    FAIL("a request of another agent was taken for one of this agent");
    return [] {};
  }
  void look_up(std::string question, std::uint32_t, nanoseconds, std::string,
               std::function<void(expected<std::string>)> done) override {
    done(question == "known" ? expected<std::string>("records") : fail("No cluster leader"));
  }
};

/// A gateway and an agent that sends requests to it.
struct gateway_world : virtual_system {
  std::shared_ptr<played_links> links = std::make_shared<played_links>();
  peer_identity peer; ///< the sender
  std::shared_ptr<kept_requests> frontends = std::make_shared<kept_requests>();
  agent_view_ptr view = std::make_shared<agent_view>();
  rpc_gateway_actor gateway;
  std::vector<envelope> answers;
  caf::actor requester; ///< sends in its own name
  raft_peer_actor raft; ///< records its messages
  std::vector<received_message> raft_messages;

  gateway_world() {
    peer.connection = 1;
    peer.id = "id-of-peer";
    peer.name = "peer";
    peer.datacenter = "dc1";
    peer.address = "10.0.0.2:40000";
    auto outside = std::make_shared<ports>();
    outside->links = links;
    outside->wall_clock = [] { return nanoseconds{std::chrono::hours(1)}; };
    guard(false);
    raft = caf::actor_cast<raft_peer_actor>(system.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {
          [this](send_atom, local<std::shared_ptr<const received_message>>& m) { raft_messages.push_back(*m.value); }};
    }));
    rpc_gateway_options o;
    o.outside = outside;
    o.view = view;
    o.own_id = "own-id";
    o.datacenter = "dc1";
    o.peer = raft;
    gateway = system.spawn(rpc_gateway, std::move(o));
    view->requests.store(frontends);
    requester = system.spawn([this](caf::event_based_actor* self) -> caf::behavior {
      return {[this, self](rpc_atom, const envelope& e, const peer_identity& who) {
                self->request(gateway, caf::infinite, rpc_atom_v, e, who).then([this](const envelope& answer) {
                  answers.push_back(answer);
                });
              },
              [this, self](send_atom, const envelope& e, const peer_identity& who) {
                self->send(gateway, send_atom_v, e, who);
              }};
    });
    coordinator.run();
  }
  ~gateway_world() {
    frontends->requests.clear();
    raft_messages.clear();
    caf::anon_send_exit(gateway, caf::exit_reason::kill);
    caf::anon_send_exit(raft, caf::exit_reason::kill);
    caf::anon_send_exit(requester, caf::exit_reason::kill);
    gateway = nullptr;
    raft = nullptr;
    requester = nullptr;
    finish();
  }
  /// Makes gossip know a server with the peer's id at this address.
  void gossip_knows(const std::string& address) {
    auto known = std::make_shared<known_servers>();
    known_server s;
    s.id = peer.id;
    s.name = peer.name;
    s.datacenter = "dc1";
    s.address = address;
    known->servers.push_back(s);
    view->servers.store(known);
  }

  /// Whether ACLs are enabled, with default deny.
  void guard(bool on) {
    auto c = std::make_shared<config::runtime_config>();
    c->server = true;
    c->acl.enabled = on;
    c->acl.default_policy = "deny";
    view->settings.store(c);
  }

  void send(rpc_kind kind, std::string bytes) {
    envelope e;
    e.kind = static_cast<std::uint16_t>(kind);
    e.bytes = std::move(bytes);
    auto* row = find_rpc_kind(e.kind);
    if (row && !row->answered)
      caf::anon_send(requester, send_atom_v, e, peer);
    else
      caf::anon_send(requester, rpc_atom_v, e, peer);
    coordinator.run();
  }
  void ask(rpc_kind kind, std::string body, std::uint64_t number = 1) {
    rpc_request r;
    r.number = number;
    r.body = std::move(body);
    send(kind, msgpack::pack(r));
  }
  rpc_refusal refusal(std::size_t which) {
    REQUIRE(answers.at(which).kind == static_cast<std::uint16_t>(rpc_kind::refused));
    rpc_refusal r;
    REQUIRE(msgpack::unpack(answers[which].bytes, r));
    return r;
  }
};

} // namespace praetor
