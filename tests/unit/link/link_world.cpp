#include "link_world.hpp"

namespace praetor {

link_world::link_world() {
  links->now = [this] { return now(); };
  auto outside = std::make_shared<ports>();
  outside->links = links;
  outside->seed = [] { return 7; };
  known_server target;
  target.id = "id-of-other";
  target.name = "other";
  target.datacenter = "dc1";
  target.address = "10.0.0.2:8300";
  actors_.push_back(system.spawn([this](caf::event_based_actor*) -> caf::behavior {
    return {[this](const messages::link_changed& m) {
      CHECK(m.server == "id-of-other");
      router_heard.push_back(m.up ? "up" : "down");
    }};
  }));
  link = system.spawn(peer_link, ports_ptr(outside), target, raft_peer_actor{},
                      caf::actor_cast<rpc_router_actor>(actors_[0]));
  run();
}

link_world::~link_world() {
  links->attempts.clear();
  promises_.clear();
  caf::anon_send_exit(link, caf::exit_reason::kill);
  link = nullptr;
  for (auto& a : std::exchange(actors_, {})) caf::anon_send_exit(a, caf::exit_reason::kill);
  finish();
}

remote_gateway_actor link_world::make_gateway() {
  actors_.push_back(system.spawn([this](caf::event_based_actor* self) -> caf::behavior {
    return {[this, self](rpc_atom, const envelope& e) {
              requests.push_back(e.bytes);
              auto promise = self->make_response_promise();
              promises_.push_back(promise);
              return promise;
            },
            [this](send_atom, const envelope& e) { messages.push_back(e.bytes); }};
  }));
  return caf::actor_cast<remote_gateway_actor>(actors_.back());
}

remote_gateway_actor link_world::accept() {
  auto gateway = make_gateway();
  REQUIRE(!links->attempts.empty());
  std::exchange(links->attempts.back().done, nullptr)(gateway);
  run();
  return gateway;
}

void link_world::refuse(const std::string& why) {
  std::exchange(links->attempts.back().done, nullptr)(fail(why));
  run();
}

std::shared_ptr<heard_answer> link_world::ask(std::string bytes, std::chrono::nanoseconds within) {
  auto call = std::make_shared<remote_call>();
  call->request.bytes = std::move(bytes);
  call->deadline = virtual_system::now() + within;
  auto out = std::make_shared<heard_answer>();
  call->done = [out](expected<envelope> e, bool reached) {
    CHECK(!out->answered); // called only once
    *out = {e ? e->bytes : e.error().text, true, reached};
  };
  caf::anon_send(link, rpc_atom_v, local<std::shared_ptr<remote_call>>{std::move(call)});
  run();
  return out;
}

void link_world::tell(std::string bytes) {
  auto message = std::make_shared<remote_envelope>();
  message->message.bytes = std::move(bytes);
  caf::anon_send(link, send_atom_v, local<std::shared_ptr<remote_envelope>>{std::move(message)});
  run();
}

void link_world::answer(std::string bytes) {
  envelope e;
  e.bytes = std::move(bytes);
  REQUIRE(!promises_.empty());
  promises_.front().deliver(std::move(e));
  promises_.erase(promises_.begin());
  run();
}

void link_world::end(const remote_gateway_actor& gateway) {
  caf::anon_send_exit(gateway, caf::exit_reason::remote_link_unreachable);
  run();
}

} // namespace praetor
