#include "actors/agent.hpp"

#include "actors/followed_release.hpp"
#include "actors/raft/bootstrap.hpp"
#include "actors/raft/log_writer.hpp"
#include "actors/raft/state_machine.hpp"
#include "actors/registry/anti_entropy.hpp"
#include "actors/rpc/destination.hpp"
#include "actors/rpc/peer_link.hpp"
#include "actors/rpc/rpc_gateway.hpp"
#include "actors/watches/answer_cache.hpp"
#include "actors/watches/watch_subscriber.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace praetor {

namespace {

node_identity full_identity(const agent_options& o) {
  auto identity = node_identity_of(*o.config, o.node_id);
  identity.meta["consul-network-segment"] = "";
  identity.meta["consul-version"] = std::string(followed_release);
  return identity;
}

member own_member(const agent_options& o) {
  const auto& c = *o.config;
  member m;
  m.name = c.node_name;
  m.id = o.node_id;
  m.address = c.advertise_addr_lan;
  auto identity = full_identity(o);
  m.node_meta = identity.meta;
  m.tagged_addresses = identity.tagged_addresses;
  m.server = c.server;
  m.server_port = c.rpc_advertise.port;
  m.server_meta = {{"non_voter", "false"},
                   {"raft_version", "3"},
                   {"read_replica", "false"},
                   {"serf_protocol_current", "2"},
                   {"serf_protocol_max", "5"},
                   {"serf_protocol_min", "1"},
                   {"version", std::string(followed_release)}};
  if (c.ports.grpc > 0) m.server_meta["grpc_port"] = std::to_string(c.ports.grpc);
  if (c.ports.grpc_tls > 0) m.server_meta["grpc_tls_port"] = std::to_string(c.ports.grpc_tls);
  return m;
}

snapshot_policy policy_of(const config::runtime_config& c) {
  snapshot_policy p;
  p.threshold = static_cast<std::uint64_t>(c.raft.snapshot_threshold);
  p.interval = c.raft.snapshot_interval;
  p.trailing_logs = static_cast<std::uint64_t>(c.raft.trailing_logs);
  return p;
}

autopilot_config first_autopilot(const config::autopilot_settings& a) {
  autopilot_config out;
  out.cleanup_dead_servers = a.cleanup_dead_servers;
  out.last_contact_threshold = a.last_contact_threshold;
  out.max_trailing_logs = a.max_trailing_logs;
  out.min_quorum = a.min_quorum;
  out.server_stabilization_time = a.server_stabilization_time;
  return out;
}

} // namespace

agent_state::~agent_state() {
  for (auto& child : children)
    if (child.handle)
      caf::anon_send_exit(caf::actor_cast<caf::actor_addr>(child.handle), caf::exit_reason::user_shutdown);
}

void agent_state::start_consensus() {
  auto& o = options;
  const auto& c = *o.config;
  snapshotter_actor snapshots;
  log_writer_actor writer;
  if (o.outside->detach) {
    snapshots = self->spawn<caf::detached>(snapshotter, o.outside, o.view, policy_of(c), o.snapshot_index);
    writer = self->spawn<caf::detached>(log_writer, o.outside);
  } else {
    snapshots = self->spawn(snapshotter, o.outside, o.view, policy_of(c), o.snapshot_index);
    writer = self->spawn(log_writer, o.outside);
  }
  raft_peer_options p;
  p.outside = o.outside;
  p.view = o.view;
  p.own = {o.node_id, o.outside->log->opened().storage_id};
  p.address = c.rpc_advertise.text();
  p.limits = raft::settings::scaled(static_cast<int>(c.raft.multiplier));
  has_log = o.found.last_index > 0 || o.found.state.term > 0 || o.found.snapshot;
  p.found = std::move(o.found);
  p.bootstrap = c.bootstrap || c.dev_mode || c.bootstrap_expect == 1;
  p.writer = writer;
  p.state_machine = self->spawn(state_machine, o.outside, o.view, snapshots);
  p.snapshots = snapshots;
  p.parent = agent_actor{self};
  watch_over("log_writer", writer, nullptr);
  watch_over("state_machine", p.state_machine, nullptr);
  watch_over("snapshotter", snapshots, nullptr);
  auto machine = p.state_machine;
  handles.peer = self->spawn(raft_peer, std::move(p));
  watch_over("raft_peer", handles.peer, nullptr);
  self->send(snapshots, leader_atom_v, handles.peer, machine);
  handles.snapshots = snapshots;
}

void agent_state::start_router() {
  auto& o = options;
  rpc_router_options r;
  r.outside = o.outside;
  r.view = o.view;
  r.own_id = o.node_id;
  r.datacenter = o.config->datacenter;
  r.server = o.config->server;
  r.peer = handles.peer;
  r.hold = o.config->rpc_hold_timeout;
  r.connect = [outside = o.outside, peer = handles.peer](rpc_router_actor::pointer router, const known_server& s) {
    return router->spawn(peer_link, outside, s, peer, rpc_router_actor{router});
  };
  auto router = self->spawn(rpc_router, std::move(r));
  watch_over("rpc_router", router, nullptr);
  handles.writes = write_path(o.view, handles.peer, router);
}

void agent_state::start_bootstrap() {
  auto& o = options;
  const auto& c = *o.config;
  if (has_log || c.bootstrap || c.dev_mode || c.bootstrap_expect <= 1) return;
  auto beginning = self->spawn(bootstrap, o.outside, o.view, handles.peer, o.node_id, c.bootstrap_expect);
  watch_over("bootstrap", beginning, [this] { start_bootstrap(); });
}

void agent_state::start_gateway() {
  auto& o = options;
  rpc_gateway_options g;
  g.outside = o.outside;
  g.view = o.view;
  g.writes = handles.writes;
  g.peer = handles.peer;
  g.own_id = o.node_id;
  g.datacenter = o.config->datacenter;
  handles.gateway = self->spawn(rpc_gateway, std::move(g));
  watch_over("rpc_gateway", handles.gateway, [this] { start_gateway(); });
  if (!o.outside->links) return;
  if (auto published = o.outside->links->publish(handles.gateway); !published)
    o.outside->fatal("server RPC cannot be served: " + published.error().text);
}

void agent_state::start_sync() {
  auto& o = options;
  handles.sync = self->spawn(anti_entropy, o.outside, o.view, handles.writes, full_identity(o), o.config->ae_interval,
                             o.config->server);
  watch_over("anti_entropy", handles.sync, [this] { start_sync(); });
  if (handles.registry) self->send(handles.registry, sync_atom_v, handles.sync);
  begin_sync();
}

/// Sync waits for the registry: before it has loaded, every record of this agent in the catalog would look stale. A
/// leader that is not ready has not applied its whole log: missing records would be written again.
void agent_state::begin_sync() {
  bool follows = leader_known && !options.view->leader.get()->is_leader;
  if (loaded && (leading || follows || !options.config->server)) self->send(handles.sync, start_atom_v);
}

void agent_state::start_registry() {
  auto& o = options;
  registry_options r;
  r.outside = o.outside;
  r.view = o.view;
  r.settings = registry_settings_of(*o.config);
  r.start_check = o.start_check;
  r.writer = o.outside->detach ? self->spawn<caf::detached>(registry_writer, o.outside)
                               : self->spawn(registry_writer, o.outside);
  watch_over("registry_writer", r.writer, nullptr);
  r.loaded = [me = agent_actor{self}](const error* refused) {
    caf::anon_send(me, messages::registry_loaded{refused ? refused->text : std::string()});
  };
  handles.registry = self->spawn(registry, std::move(r), o.config);
  watch_over("registry", handles.registry, nullptr);
  self->send(handles.registry, sync_atom_v, handles.sync);
}

void agent_state::start_duties() {
  auto& o = options;
  const auto& c = *o.config;
  leader_duties_options d;
  d.outside = o.outside;
  d.view = o.view;
  d.writes = handles.writes;
  d.peer = handles.peer;
  d.heartbeat = raft::settings::scaled(static_cast<int>(c.raft.multiplier)).heartbeat_interval;
  d.datacenter = c.datacenter;
  d.own = own_member(o);
  d.connect_enabled = c.connect.enabled;
  d.ca.datacenter = c.datacenter;
  d.ca.config = c.connect.ca_config;
  const auto& authority = c.connect.ca_config.json();
  if (auto it = authority.find("cluster_id"); it != authority.end() && it->is_string())
    d.ca.cluster_id = it->get<std::string>();
  d.autopilot = first_autopilot(c.autopilot);
  if (c.acl.enabled && keeps_access_records(c)) d.access = access_duty{c.acl.initial_management};
  d.coordinates.period = c.coordinate_update_period;
  d.coordinates.batch_size = static_cast<std::size_t>(c.coordinate_update_batch_size);
  d.coordinates.most_batches = static_cast<std::size_t>(c.coordinate_update_max_batches);
  handles.duties = self->spawn(leader_duties, std::move(d));
  watch_over("leader_duties", handles.duties, [this] { start_duties(); });
  if (leading) self->send(handles.duties, messages::leadership_gained{o.view->leader.get()->term});
}

/// A server reads its own state and needs no cache.
void agent_state::start_answers() {
  if (options.config->server) return;
  handles.answers = self->spawn(answer_cache, answer_cache_options{.outside = options.outside});
  watch_over("answer_cache", handles.answers, [this] { start_answers(); });
}

void agent_state::publish() { options.view->handles.store(std::make_shared<const agent_handles>(handles)); }

void agent_state::start() {
  handles.agent = agent_actor{self};
  options.view->settings.store(options.config);
  options.view->tokens.configure(options.config->acl, options.outside->gossip_files, *options.outside->log_lines);
  start_telemetry();
  if (options.config->server) start_consensus();
  start_router();
  handles.watches = self->spawn(watch_directory);
  watch_over("watch_directory", handles.watches, [this] {
    handles.watches = self->spawn(watch_directory);
    watch_over("watch_directory", handles.watches, nullptr);
  });
  start_answers();
  start_sync();
  start_registry();
  if (options.config->server) {
    start_duties();
    start_gateway();
    start_bootstrap();
  }
  start_gossip();
  publish();
}

void agent_state::registry_loaded(const std::string& refusal) {
  auto ready = std::exchange(options.ready, nullptr);
  if (!refusal.empty()) {
    if (ready) ready(fail(refusal));
    return;
  }
  loaded = true;
  begin_sync();
  begin_telemetry();
  if (ready) ready(options.view->handles.load());
}

void agent_state::leadership_changed(const leadership& now) {
  auto& log = *options.outside->log_lines;
  bool known_before = std::exchange(leader_known, !now.leader_id.empty());
  if (leader_known && !known_before && !now.is_leader) begin_sync();
  bool leads = now.is_leader && now.ready;
  if (leads == leading) return;
  leading = leads;
  if (leads) {
    log.write(log_level::info, "agent.server", "cluster leadership acquired");
    announce_leadership();
    self->send(handles.duties, messages::leadership_gained{now.term});
    begin_sync();
  } else {
    log.write(log_level::info, "agent.server", "cluster leadership lost");
    self->send(handles.duties, stop_atom_v);
  }
  self->send(handles.watches, messages::leadership_changed{leads});
}

void agent_state::members_changed() {
  auto pool = options.view->lan.load();
  if (!pool) return;
  if (handles.duties) self->send(handles.duties, members_atom_v);
  auto now = std::make_shared<known_servers>();
  for (const auto& m : pool->members)
    if (auto server = server_of(m); server && server->datacenter == options.config->datacenter)
      now->servers.push_back(std::move(*server));
  auto before = options.view->servers.load();
  if (before && *before == *now) return;
  options.view->servers.store(now);
  self->send(handles.writes.router(), members_atom_v, local<std::shared_ptr<const known_servers>>{now});
  auto is_new = [&](const known_server& s) { return s.id != options.node_id && !(before && before->find(s.id)); };
  if (std::any_of(now->servers.begin(), now->servers.end(), is_new)) {
    self->send(handles.sync, members_atom_v);
    if (flooder) self->send(flooder, wake_atom_v);
  }
}

void agent_state::child_down(const caf::down_msg& down) {
  auto it = std::find_if(children.begin(), children.end(), [&](const child& c) {
    return c.handle && caf::actor_cast<caf::actor_addr>(c.handle) == down.source;
  });
  if (it == children.end() || stopping) return;
  it->handle = nullptr;
  if (!down.reason && it->start) return; // it has finished its work
  auto why = self->system().render(down.reason);
  if (!it->start) return options.outside->fatal(it->name + " failed: " + why);
  options.outside->log_lines->write(log_level::error, "agent", "a part of the agent failed and is started again",
                                    {{"part", it->name}, {"error", why}});
  self->delayed_send(self, it->waits.next(), messages::child_due{it->name});
}

void agent_state::dismiss(const std::string& child_name) {
  auto it = std::find_if(children.begin(), children.end(), [&](const child& c) { return c.name == child_name; });
  if (it == children.end()) return;
  if (it->handle) caf::anon_send_exit(caf::actor_cast<caf::actor_addr>(it->handle), caf::exit_reason::user_shutdown);
  children.erase(it);
}

void agent_state::restart(const std::string& child_name) {
  auto it = std::find_if(children.begin(), children.end(), [&](const child& c) { return c.name == child_name; });
  if (it == children.end() || stopping || it->handle) return;
  auto start = it->start;
  start();
  publish();
}

void agent_state::reload(std::shared_ptr<const config::runtime_config> config, done_callback done) {
  if (auto no = refused_definitions(*config, *options.view->registry.get(), options.outside->probes.get())) {
    if (done) done(&*no);
    return;
  }
  options.config = config;
  options.view->settings.store(config);
  options.view->tokens.configure(config->acl, options.outside->gossip_files, *options.outside->log_lines);
  options.view->resolver.forget();
  reload_telemetry();
  for (const auto& prober : {handles.lan, handles.wan})
    if (prober) self->send(prober, reload_atom_v, local<std::shared_ptr<const config::runtime_config>>{config});
  if (handles.snapshots) self->send(handles.snapshots, reload_atom_v, local<snapshot_policy>{policy_of(*config)});
  self->send(handles.sync, changed_atom_v,
             local<std::shared_ptr<node_identity>>{std::make_shared<node_identity>(full_identity(options))});
  self->send(handles.registry, reload_atom_v, local<std::shared_ptr<const config::runtime_config>>{config},
             local<done_callback>{std::move(done)});
}

void agent_state::stop(done_callback done) {
  stopping = true;
  if (!handles.peer) return self->send(agent_actor{self}, ended_atom_v, local<done_callback>{std::move(done)});
  // Stop consensus last, so that pending writes of the others are not lost.
  self->send(handles.duties, stop_atom_v);
  auto me = agent_actor{self};
  self->send(handles.peer, stop_atom_v, local<done_callback>{[me, done = std::move(done)](const error* failed) {
               caf::anon_send(me, ended_atom_v, local<done_callback>{done});
               (void)failed;
             }});
}

agent_actor::behavior_type agent(agent_actor::stateful_pointer<agent_state> self, agent_options options) {
  auto& s = self->state;
  s.self = self;
  s.options = std::move(options);
  self->set_down_handler([self](const caf::down_msg& down) { self->state.child_down(down); });
  s.start();
  return {
      [self](reload_atom, local<std::shared_ptr<const config::runtime_config>>& config, local<done_callback>& done) {
        self->state.reload(std::move(config.value), std::move(done.value));
      },
      [self](const messages::registry_loaded& m) { self->state.registry_loaded(m.refusal); },
      [self](leader_atom, local<std::shared_ptr<const leadership>>& now) {
        self->state.leadership_changed(*now.value);
      },
      [self](members_atom) { self->state.members_changed(); },
      [self](const messages::child_due& m) { self->state.restart(m.name); },
      [self](leave_atom, local<done_callback>& done) { self->state.leave(std::move(done.value)); },
      [self](stop_atom, local<done_callback>& done) { self->state.stop(std::move(done.value)); },
      [self](ended_atom, local<done_callback>& done) {
        auto call = std::move(done.value);
        self->quit();
        if (call) call(nullptr);
      },
  };
}

} // namespace praetor
