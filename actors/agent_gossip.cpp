#include "actors/agent.hpp"
#include "actors/gossip/coordinate_sender.hpp"
#include "actors/gossip/gossip_pools.hpp"
#include "actors/gossip/leaver.hpp"
#include "actors/gossip/retry_joiner.hpp"
#include "actors/gossip/user_events.hpp"
#include "actors/gossip/wan_flooder.hpp"
#include "storage/raft_log/log_store.hpp"

namespace praetor {

// The agent's use of the gossip pools.

namespace {

const char* name_of(bool wan) { return wan ? "wan" : "lan"; }

} // namespace

void agent_state::start_gossip() {
  auto& o = options;
  handles.events = self->spawn(user_events, o.outside, o.view);
  watch_over("user_events", handles.events, [this] {
    handles.events = self->spawn(user_events, options.outside, options.view);
    watch_over("user_events", handles.events, nullptr);
  });
  if (o.outside->gossip_lan) {
    start_prober(false);
    start_joiner(false);
    if (!o.config->disable_coordinates) start_coordinates();
  } else {
    o.view->gossip_secret.store(std::make_shared<const gossip_secret>());
  }
  if (o.config->server && o.outside->gossip_wan) {
    start_prober(true);
    start_joiner(true);
    start_flooder();
  }
}

void agent_state::start_prober(bool wan) {
  auto& o = options;
  auto storage = o.config->server ? o.outside->log->opened().storage_id : std::string();
  auto configured = configured_gossip(*o.config, wan, o.node_id, storage, *o.outside);
  if (!configured) return o.outside->fatal(configured.error().text);
  configured->outside = o.outside;
  configured->view = o.view;
  configured->sockets = wan ? *o.outside->gossip_wan : *o.outside->gossip_lan;
  if (!wan) {
    configured->changed = [me = caf::actor_cast<caf::actor_addr>(self)] {
      if (auto agent = caf::actor_cast<agent_actor>(me)) caf::anon_send(agent, members_atom_v);
    };
    configured->events = handles.events;
  }
  auto& prober = wan ? handles.wan : handles.lan;
  prober = self->spawn(gossip_prober, std::move(*configured));
  watch_over(std::string("gossip_prober.") + name_of(wan), prober, [this, wan] {
    start_prober(wan);
    start_joiner(wan);
    if (wan) start_flooder();
  });
}

void agent_state::start_joiner(bool wan) {
  const auto& c = *options.config;
  const auto& addresses = wan ? c.retry_join_wan : c.retry_join_lan;
  if (addresses.empty()) return;
  retry_join_options r;
  r.outside = options.outside;
  r.view = options.view;
  r.prober = wan ? handles.wan : handles.lan;
  r.wan = wan;
  r.addresses = addresses;
  r.interval = wan ? c.retry_interval_wan : c.retry_interval_lan;
  r.most_tries = wan ? c.retry_max_wan : c.retry_max_lan;
  auto joiner = self->spawn(retry_joiner, std::move(r));
  watch_over(std::string("retry_joiner.") + name_of(wan), joiner, [this, wan] { start_joiner(wan); });
}

void agent_state::start_flooder() {
  wan_flooder_options f;
  f.outside = options.outside;
  f.view = options.view;
  f.prober = handles.wan;
  f.default_port = static_cast<std::uint16_t>(options.config->ports.serf_wan);
  if (flooder) self->send_exit(flooder, caf::exit_reason::user_shutdown);
  flooder = self->spawn(wan_flooder, std::move(f));
  watch_over("wan_flooder", flooder, [this] { start_flooder(); });
}

void agent_state::start_coordinates() {
  const auto& c = *options.config;
  coordinate_sender_options s;
  s.outside = options.outside;
  s.view = options.view;
  s.node = c.node_name;
  s.least_interval = c.sync_coordinate_interval_min;
  s.rate = c.sync_coordinate_rate_target;
  auto sender = self->spawn(coordinate_sender, std::move(s));
  watch_over("coordinate_sender", sender, [this] { start_coordinates(); });
}

/// After a change of leader every agent runs a full sync; this one at once.
void agent_state::announce_leadership() {
  if (!handles.lan) return;
  gossip_command::fire news{std::string(new_leader_event), options.config->node_name, nullptr};
  news.done = [lines = options.outside->log_lines](const error* failed) {
    if (failed)
      lines->write(log_level::warn, "agent.server", "failed to broadcast new leader event", {{"error", failed->text}});
  };
  ask_gossip(handles.lan, std::move(news));
}

void agent_state::leave(done_callback done) {
  // Do not sync the catalog while leaving: the servers are about to deregister this node.
  dismiss("anti_entropy");
  leaver_options l;
  l.outside = options.outside;
  l.view = options.view;
  l.node_id = options.node_id;
  l.peer = handles.peer;
  l.lan = handles.lan;
  l.wan = handles.wan;
  l.drain = options.config->leave_drain_time;
  l.done = std::move(done);
  watch_over("leaver", self->spawn(leaver, std::move(l)), [] {});
}

} // namespace praetor
