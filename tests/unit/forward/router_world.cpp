#include "router_world.hpp"

#include "protocol/codec/msgpack.hpp"
#include "protocol/config/runtime_config.hpp"

#include <catch2/catch.hpp>

namespace praetor {

namespace {

peer_link_actor::behavior_type played_link(peer_link_actor::pointer, router_world* world, std::string id) {
  return {
      [world, id](rpc_atom, local<std::shared_ptr<remote_call>>& call) {
        rpc_request request;
        auto kind = static_cast<rpc_kind>(call.value->request.kind);
        bool of_stream = kind == rpc_kind::pull || kind == rpc_kind::push;
        if (!of_stream) REQUIRE(msgpack::unpack(call.value->request.bytes, request));
        world->calls.push_back({id, call.value, request});
      },
      [world, id](send_atom, local<std::shared_ptr<remote_envelope>>& message) {
        world->told.emplace_back(id, message.value->message);
      },
      [](const messages::server_moved&) {},
      [](const messages::connect_ended&) {},
      [](const messages::link_answered&) {},
      [](wake_up<>) {},
  };
}

} // namespace

router_world::router_world(bool server) {
  auto outside = std::make_shared<ports>();
  outside->seed = [this] { return seed_++; };
  outside->detach = false;
  settings(std::chrono::seconds(60));
  rpc_router_options o;
  o.outside = outside;
  o.view = view;
  o.own_id = "own";
  o.datacenter = "dc1";
  o.server = server;
  o.hold = std::chrono::seconds(7);
  o.connect = [this](rpc_router_actor::pointer parent, const known_server& s) {
    return parent->spawn(played_link, this, s.id);
  };
  router = system.spawn(rpc_router, std::move(o));
  run();
}

void router_world::settings(nanoseconds rpc_client_timeout) {
  auto config = std::make_shared<config::runtime_config>();
  config->rpc.client_timeout = rpc_client_timeout;
  view->settings.store(config);
}

router_world::~router_world() {
  calls.clear();
  caf::anon_send_exit(router, caf::exit_reason::kill);
  router = nullptr;
  finish();
}

void router_world::servers(const std::vector<std::string>& ids, swim::member_status status) {
  auto known = std::make_shared<known_servers>();
  for (const auto& id : ids) {
    known_server s;
    s.id = s.name = id;
    s.datacenter = "dc1";
    s.status = status;
    known->servers.push_back(std::move(s));
  }
  servers(std::move(known));
}

void router_world::servers(std::shared_ptr<const known_servers> known) {
  view->servers.store(known);
  caf::anon_send(router, members_atom_v, local<std::shared_ptr<const known_servers>>{known});
  run();
}

void router_world::link(const std::string& id, bool up) {
  caf::anon_send(router, messages::link_changed{id, up});
  run();
}

void router_world::leader(const std::string& id, std::uint64_t term) {
  auto next = std::make_shared<leadership>();
  next->leader_id = id;
  next->term = term;
  next->is_leader = next->ready = id == "own";
  view->leader.publish(next);
}

forwarded_request_ptr router_world::request(bool repeatable) {
  auto r = std::make_shared<forwarded_request>();
  r->attempt = [repeatable] { return attempted_request{"body", repeatable}; };
  r->terms.to = {.datacenter = "dc1", .hold = std::chrono::seconds(7)};
  r->terms.patience = std::chrono::seconds(60);
  r->done = [this](expected<std::string> answer) { answers.push_back(std::move(answer)); };
  r->terms.here = [this] { ++led_here; };
  return r;
}

void router_world::send(const forwarded_request_ptr& r) {
  caf::anon_send(router, forward_atom_v, local<forwarded_request_ptr>{r});
  run();
}

void router_world::leave(const forwarded_request_ptr& r) {
  caf::anon_send(router, leave_atom_v, local<forwarded_request_ptr>{r});
  run();
}

void router_world::answer(std::size_t which, rpc_kind kind, std::string bytes) {
  envelope e;
  e.kind = static_cast<std::uint16_t>(kind);
  e.bytes = std::move(bytes);
  calls.at(which).call->done(std::move(e), true);
  run();
}

void router_world::refuse(std::size_t which, const std::string& text, bool not_carried_out) {
  auto code = not_carried_out ? error_code::no_leader : error_code::unspecified;
  answer(which, rpc_kind::refused, msgpack::pack(rpc_refusal({code, text}, not_carried_out)));
}

void router_world::fail_call(std::size_t which, bool reached) {
  calls.at(which).call->done(fail("the connection broke"), reached);
  run();
}

} // namespace praetor
