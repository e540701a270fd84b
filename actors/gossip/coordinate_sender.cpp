#include "actors/gossip/coordinate_sender.hpp"

#include "actors/agent.hpp"
#include "actors/gossip/gossip_command.hpp"
#include "protocol/base/randomness.hpp"
#include "protocol/codec/json_write.hpp"
#include "protocol/config/runtime_config.hpp"
#include "protocol/types/coordinate.hpp"

namespace praetor {

nanoseconds coordinate_sender_state::wait() {
  auto pool = options.view->lan.load();
  auto members = static_cast<double>(pool ? pool->members.size() : 1);
  auto paced = nanoseconds(static_cast<std::int64_t>(members / options.rate * 1e9));
  auto least = std::max(options.least_interval, paced);
  return least + jitter(random, least);
}

void coordinate_sender_state::look() {
  self->delayed_send(self, wait(), wake_atom_v);
  auto handles = options.view->handles.load();
  if (!handles || !handles->lan) return;
  gossip_command::look c;
  c.done = [me = coordinate_sender_actor{self}, node = options.node](const gossip_status& s) {
    auto place = std::make_shared<node_coordinate>();
    place->node = node;
    place->coord = s.place;
    caf::anon_send(me, locate_atom_v,
                   local<std::shared_ptr<const node_coordinate>>{std::shared_ptr<const node_coordinate>(place)});
  };
  ask_gossip(handles->lan, std::move(c));
}

void coordinate_sender_state::send(const std::shared_ptr<const node_coordinate>& place) {
  auto requests = options.view->requests.load();
  if (!requests) return;
  remote_request r;
  r.method = "PUT";
  r.path = "/v1/coordinate/update";
  if (auto tokens = options.view->tokens.get(); !tokens->for_agent().empty())
    r.headers.push_back({"x-consul-token", tokens->for_agent()});
  json::write(r.body, *place);
  r.requester.node = options.node;
  auto log = options.outside->log_lines;
  requests->serve_own(std::move(r), options.view->settings.load()->rpc_hold_timeout, [log](const remote_answer& a) {
    if (a.status != 200)
      log->write(log_level::debug, "agent", "the network coordinate was not taken", {{"error", a.body}});
  });
}

coordinate_sender_actor::behavior_type
coordinate_sender(coordinate_sender_actor::stateful_pointer<coordinate_sender_state> self,
                  coordinate_sender_options options) {
  auto& s = self->state;
  s.self = self;
  s.options = std::move(options);
  s.random.seed(s.options.outside->seed());
  self->delayed_send(self, s.wait(), wake_atom_v);
  return {
      [self](wake_atom) { self->state.look(); },
      [self](locate_atom, local<std::shared_ptr<const node_coordinate>>& place) { self->state.send(place.value); },
  };
}

} // namespace praetor
