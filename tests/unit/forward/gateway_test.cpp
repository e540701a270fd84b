#include "actors/rpc_gateway.hpp"
#include "actors/token_resolver.hpp"
#include "protocol/codec/command.hpp"
#include "protocol/codec/msgpack.hpp"
#include "protocol/config/runtime_config.hpp"

#include <caf/scheduler/test_coordinator.hpp>
#include <catch2/catch.hpp>

using namespace praetor;

namespace {

/// Says that every request comes from the same agent.
class one_peer final : public connector {
public:
  peer_identity who;
  void connect(const known_server&, std::function<void(expected<rpc_gateway_actor>)>) override {}
  void disconnect(const rpc_gateway_actor&) override {}
  std::size_t unsent(const rpc_gateway_actor&) const override { return 0; }
  expected<void> publish(const rpc_gateway_actor&) override { return {}; }
  std::optional<peer_identity> peer_of(const caf::strong_actor_ptr&) const override { return who; }
};

/// Keeps requests for the test to answer.
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
  void look_up(std::string question, std::uint32_t, nanoseconds,
               std::function<void(expected<std::string>)> done) override {
    done(question == "known" ? expected<std::string>("records") : fail("No cluster leader"));
  }
};

caf::actor_system_config& testing(caf::actor_system_config& config) {
  config.set("scheduler.policy", caf::atom("testing"));
  config.add_message_types<caf::id_block::praetor>();
  return config;
}

/// A gateway, and an agent that asks it.
struct gateway_world {
  caf::actor_system_config config;
  caf::actor_system system{testing(config)};
  caf::scheduler::test_coordinator& coordinator = dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  std::shared_ptr<one_peer> peer = std::make_shared<one_peer>();
  std::shared_ptr<kept_requests> frontends = std::make_shared<kept_requests>();
  agent_view_ptr view = std::make_shared<agent_view>();
  rpc_gateway_actor gateway;
  std::vector<envelope> answers;
  rpc_gateway_actor asker; ///< sends in its own name

  gateway_world() {
    peer->who.datacenter = "dc1";
    auto outside = std::make_shared<ports>();
    outside->links = peer;
    outside->wall_clock = [] { return nanoseconds{std::chrono::hours(1)}; };
    guard(false);
    rpc_gateway_options o;
    o.outside = outside;
    o.view = view;
    o.datacenter = "dc1";
    gateway = system.spawn(rpc_gateway, std::move(o));
    view->requests.store(frontends);
    auto ask = [this](rpc_gateway_actor::pointer self) -> rpc_gateway_actor::behavior_type {
      return {
          [](rpc_atom, const envelope& e) { return e; },
          [this, self](send_atom, const envelope& e) {
            if (e.kind == static_cast<std::uint16_t>(rpc_kind::cancel)) return self->send(gateway, send_atom_v, e);
            self->request(gateway, caf::infinite, rpc_atom_v, e).then([this](const envelope& answer) {
              answers.push_back(answer);
            });
          },
          [](result_atom, std::uint64_t, const envelope&) {},
      };
    };
    asker = system.spawn(ask);
    coordinator.run();
  }
  ~gateway_world() {
    frontends->requests.clear();
    for (const auto& a : {gateway, asker}) caf::anon_send_exit(a, caf::exit_reason::kill);
    gateway = asker = nullptr;
    coordinator.run();
  }

  /// Whether access control is on, with a default of denial.
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
    caf::anon_send(asker, send_atom_v, e);
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

std::string a_request() {
  remote_request r;
  r.method = "GET";
  r.path = "/v1/kv/x";
  r.query = {{"raw", ""}};
  r.headers = {{"x-consul-token", "secret"}};
  r.asker.node = "asking";
  return msgpack::pack(r);
}

} // namespace

TEST_CASE("another agent's request is handed to the frontends, and their answer goes back") {
  gateway_world w;
  w.ask(rpc_kind::request, a_request());
  REQUIRE(w.frontends->requests.size() == 1);
  auto& kept = w.frontends->requests[0];
  CHECK(kept.request.path == "/v1/kv/x");
  CHECK(kept.request.headers[0].value == "secret");
  CHECK(kept.request.asker.node == "asking");
  CHECK(kept.hops == 1);
  CHECK(w.answers.empty());
  remote_answer answer;
  answer.status = 404;
  answer.lines = "X-Consul-Index: 7\r\n";
  kept.done(answer);
  w.coordinator.run();
  REQUIRE(w.answers.size() == 1);
  CHECK(w.answers[0].kind == static_cast<std::uint16_t>(rpc_kind::request));
  remote_answer read;
  REQUIRE(msgpack::unpack(w.answers[0].bytes, read));
  CHECK(read.status == 404);
  CHECK(read.lines == answer.lines);
}

TEST_CASE("what was surely not carried out is refused as such") {
  gateway_world w;
  w.ask(rpc_kind::request, a_request());
  remote_answer answer;
  answer.status = 500;
  answer.body = "No cluster leader";
  answer.not_carried_out = true;
  w.frontends->requests[0].done(answer);
  w.coordinator.run();
  CHECK(w.refusal(0).not_carried_out);
  CHECK(w.refusal(0).text == "No cluster leader");
}

TEST_CASE("a request whose client has gone is ended, once") {
  gateway_world w;
  w.ask(rpc_kind::request, a_request(), 5);
  w.ask(rpc_kind::request, a_request(), 6);
  w.send(rpc_kind::cancel, msgpack::pack(cancelled_request{5}));
  CHECK(w.frontends->cancelled == 1);
  REQUIRE(w.answers.size() == 1);
  w.frontends->requests[0].done({});
  w.coordinator.run();
  CHECK(w.answers.size() == 1);
  // The whole agent goes.
  caf::anon_send_exit(w.asker, caf::exit_reason::kill);
  w.coordinator.run();
  CHECK(w.frontends->cancelled == 2);
}

TEST_CASE("agents of other datacenters, requests of other releases and broken ones are refused with a sentence") {
  gateway_world w;
  w.ask(static_cast<rpc_kind>(999), "");
  CHECK(w.refusal(0).text.find("999") != std::string::npos);
  CHECK(w.refusal(0).not_carried_out);
  w.send(rpc_kind::request, "\xc1");
  CHECK(w.refusal(1).status == 400);
  w.peer->who.datacenter = "dc2";
  w.ask(rpc_kind::request, a_request());
  CHECK(w.refusal(2).status == 403);
  CHECK(w.frontends->requests.empty());
}

TEST_CASE("an agent's requests are carried out up to their limit of bytes, and others wait elsewhere") {
  gateway_world w;
  remote_request large;
  large.body.assign(40 << 20, 'x');
  auto bytes = msgpack::pack(large);
  w.ask(rpc_kind::request, bytes, 1);
  w.ask(rpc_kind::request, bytes, 2);
  REQUIRE(w.frontends->requests.size() == 1);
  CHECK(w.refusal(0).not_carried_out);
  CHECK(w.refusal(0).status == 503);
  w.frontends->requests[0].done({});
  w.coordinator.run();
  w.ask(rpc_kind::request, bytes, 3);
  CHECK(w.frontends->requests.size() == 2);
}

TEST_CASE("before the frontends are there, requests may be sent elsewhere") {
  gateway_world w;
  w.view->requests.store(nullptr);
  w.ask(rpc_kind::request, a_request());
  CHECK(w.refusal(0).not_carried_out);
  w.ask(rpc_kind::dns, "known");
  CHECK(w.refusal(1).not_carried_out);
}

TEST_CASE("DNS questions are answered by the frontends, and what the catalog has of a node from the state") {
  gateway_world w;
  w.ask(rpc_kind::dns, "known");
  REQUIRE(w.answers.size() == 1);
  CHECK(w.answers[0].bytes == "records");
  w.ask(rpc_kind::dns, "other");
  CHECK(w.refusal(1).not_carried_out);
  // This server has not heard of a leader: what it has may be too old.
  node_records_request question;
  question.node = "n";
  w.ask(rpc_kind::node_records, msgpack::pack(question));
  CHECK(w.refusal(2).not_carried_out);
  auto leads = std::make_shared<leadership>();
  leads->is_leader = true;
  w.view->leader.publish(leads);
  w.ask(rpc_kind::node_records, msgpack::pack(question));
  node_records found;
  REQUIRE(msgpack::unpack(w.answers.at(3).bytes, found));
  CHECK(!found.node);
}

TEST_CASE("with access control on, what a client agent writes by itself is refused unless its token allows it") {
  gateway_world w;
  w.guard(true);
  register_request r;
  r.node = "n";
  r.address = "1.1.1.1";
  w.ask(rpc_kind::propose, encode_command(command_type::register_node, r));
  CHECK(w.refusal(0).status == 403);
  CHECK(w.refusal(0).text.find("lacks permission 'node:write' on \"n\"") != std::string::npos);
  w.ask(rpc_kind::propose, encode_command(command_type::kvs, kv_request{}));
  CHECK(w.refusal(1).status == 403);
}

TEST_CASE("with access control on, who may read nothing is shown nothing of a node") {
  gateway_world w;
  w.guard(true);
  auto leads = std::make_shared<leadership>();
  leads->is_leader = true;
  w.view->leader.publish(leads);
  node_records_request question;
  question.node = "n";
  question.token = "unknown";
  w.ask(rpc_kind::node_records, msgpack::pack(question));
  CHECK(w.refusal(0).status == 403);
}

TEST_CASE("a server says who holds a token, once it knows the state") {
  gateway_world w;
  w.guard(true);
  w.ask(rpc_kind::token, "secret");
  CHECK(w.refusal(0).not_carried_out);
  auto leads = std::make_shared<leadership>();
  leads->is_leader = true;
  w.view->leader.publish(leads);
  token_holder holder;
  w.ask(rpc_kind::token, "secret");
  REQUIRE(msgpack::unpack(w.answers.at(1).bytes, holder));
  CHECK(holder.accessor.empty());
  CHECK(holder.refusal.find("ACL not found") != std::string::npos);
  w.ask(rpc_kind::token, "anonymous");
  REQUIRE(msgpack::unpack(w.answers.at(2).bytes, holder));
  CHECK(holder.accessor == "00000000-0000-0000-0000-000000000002");
  w.guard(false);
  w.ask(rpc_kind::token, "secret");
  REQUIRE(msgpack::unpack(w.answers.at(3).bytes, holder));
  CHECK(holder.disabled);
}
