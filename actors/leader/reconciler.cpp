#include "actors/leader/reconciler.hpp"

#include "protocol/config/runtime_config.hpp"
#include "protocol/swim/address.hpp"
#include "storage/state/command.hpp"
#include "storage/state/queries_catalog.hpp"
#include "storage/state/queries_health.hpp"

#include <algorithm>

namespace praetor {

namespace {

constexpr auto interval = std::chrono::seconds(60);
constexpr auto first_retry = std::chrono::seconds(1);
constexpr std::string_view serf_health = "serfHealth";

health_check_ptr health_of(const std::string& node, bool alive) {
  health_check c;
  c.node = node;
  c.check_id = serf_health;
  c.name = "Serf Health Status";
  c.status = alive ? health_passing : health_critical;
  c.output = alive ? "Agent alive and reachable" : "Agent not live or unreachable";
  return std::make_shared<const health_check>(std::move(c));
}

node_service consul_service(const member& m) {
  node_service s;
  s.id = "consul";
  s.name = "consul";
  s.port = m.server_port;
  s.weights = service_weights{};
  s.meta = m.server_meta;
  return s;
}

/// Whether the catalog matches the member.
bool up_to_date(const state::store& store, const member& m) {
  auto known = state::find_node(store, m.name, nullptr).value;
  if (!known || known->address != m.address || known->id != m.id) return false;
  auto check = state::find_check(store, m.name, serf_health, nullptr).value;
  if (!check || check->status != health_passing) return false;
  if (!m.server) return true;
  auto service = state::find_service(store, m.name, "consul", nullptr).value;
  return service && service->meta == m.server_meta && service->port == m.server_port;
}

} // namespace

member member_of(const swim::member& m) {
  auto tag = [&](const char* name) {
    auto it = m.tags.find(name);
    return it == m.tags.end() ? std::string() : it->second;
  };
  member out;
  out.name = m.name;
  out.id = tag("id");
  out.address = m.address;
  auto build = tag("build");
  auto version = build.substr(0, build.find(':'));
  out.node_meta = {{"consul-version", version}};
  auto server = server_of(m);
  if (!server) return out;
  out.server = true;
  if (auto at = swim::parse_address(server->address)) out.server_port = at->port;
  out.server_meta = {{"non_voter", server->nonvoter ? "true" : "false"},
                     {"read_replica", m.tags.contains("read_replica") ? "true" : "false"},
                     {"raft_version", tag("raft_vsn")},
                     {"serf_protocol_current", std::to_string(m.protocol_current)},
                     {"serf_protocol_min", std::to_string(m.protocol_min)},
                     {"serf_protocol_max", std::to_string(m.protocol_max)},
                     {"version", version}};
  for (const char* name : {"grpc_port", "grpc_tls_port"})
    if (m.tags.contains(name)) out.server_meta[name] = tag(name);
  return out;
}

void reconciler_state::write(expected<log_command> command, const std::string& about) {
  ++writing;
  writes.propose(std::move(command),
                 [me = reconciler_actor{self}, lines = outside->log_lines, about](const state::apply_result& result) {
                   if (!result.ok())
                     lines->write(log_level::warn, "agent.server", "failed to reconcile member",
                                  {{"member", about}, {"error", result.error}});
                   caf::anon_send(me, messages::write_ended{result.ok()});
                 });
}

void reconciler_state::on_join(const member& m) {
  auto store = view->state.load();
  if (up_to_date(*store, m)) return;
  outside->log_lines->write(log_level::info, "agent.server", "member joined, marking health alive",
                            {{"member", m.name}});
  auto known = state::find_node(*store, m.name, nullptr).value;
  register_request r;
  r.datacenter = datacenter;
  r.id = m.id;
  r.node = m.name;
  r.address = m.address;
  // Preserves what the agent has written about its node itself, in either order of the two writes.
  r.node_meta = known ? known->meta : m.node_meta;
  r.tagged_addresses = known ? known->tagged_addresses : m.tagged_addresses;
  if (known)
    r.locality = known->locality;
  else if (auto own = view->settings.load(); own && own->node_name == m.name)
    r.locality = own->locality; // not part of gossip
  r.skip_node_update = known && known->id == m.id && known->address == m.address;
  r.check = health_of(m.name, true);
  if (m.server) r.service = std::make_shared<const node_service>(consul_service(m));
  write(encode_command(command_type::register_node, r), m.name);
}

void reconciler_state::on_failure(const std::string& name) {
  auto store = view->state.load();
  auto known = state::find_node(*store, name, nullptr).value;
  if (!known) return;
  auto check = state::find_check(*store, name, serf_health, nullptr).value;
  if (check && check->status == health_critical) return;
  outside->log_lines->write(log_level::info, "agent.server", "member failed, marking health critical",
                            {{"member", name}});
  register_request r;
  r.datacenter = datacenter;
  r.id = known->id;
  r.node = known->name;
  r.address = known->address;
  r.skip_node_update = true;
  r.check = health_of(known->name, false);
  write(encode_command(command_type::register_node, r), name);
}

void reconciler_state::left(const std::string& name) {
  // A leader that leaves is deregistered by its successor.
  if (lower_case(name) == lower_case(own.name) || !state::find_node(*view->state.load(), name, nullptr).value) return;
  outside->log_lines->write(log_level::info, "agent.server", "deregistering member",
                            {{"member", name}, {"reason", "left or reaped"}});
  deregister_request r;
  r.datacenter = datacenter;
  r.node = name;
  write(encode_command(command_type::deregister, r), name);
}

/// Removes former members that gossip no longer knows.
void reconciler_state::sweep() {
  auto checks = state::checks_in_state(*view->state.load(), "any", {}, nullptr).value;
  for (const auto& check : checks)
    if (check->check_id == serf_health && !seen.contains(lower_case(check->node))) left(check->node);
}

void reconciler_state::reconcile() {
  if (writing > 0) {
    again = true;
    return;
  }
  auto pool = view->lan.load();
  if (!pool) return on_join(own);
  auto before = std::exchange(seen, {});
  for (const auto& m : pool->members) {
    seen.insert(lower_case(m.name));
    using status = swim::member_status;
    if (m.name == own.name)
      on_join(own);
    else if (m.status == status::alive)
      on_join(member_of(m));
    else if (m.status == status::failed)
      on_failure(m.name);
    else if (m.status == status::left)
      left(m.name);
  }
  for (const auto& name : before)
    if (!seen.contains(name)) left(name);
  if (std::exchange(sweep_due, false)) sweep();
}

void reconciler_state::written(bool worked) {
  failed |= !worked;
  if (--writing > 0) return;
  bool changed = std::exchange(again, false);
  if (std::exchange(failed, false))
    self->delayed_send(self, retry_waits.next(), sync_atom_v);
  else
    retry_waits.reset();
  if (changed) reconcile();
}

reconciler_actor::behavior_type reconciler(reconciler_actor::stateful_pointer<reconciler_state> self, ports_ptr outside,
                                           agent_view_ptr view, write_path writes, std::string datacenter, member own) {
  auto& s = self->state;
  s.self = self;
  s.outside = std::move(outside);
  s.view = std::move(view);
  s.writes = std::move(writes);
  s.datacenter = std::move(datacenter);
  s.own = std::move(own);
  s.retry_waits = {first_retry, interval};
  self->send(self, sync_atom_v);
  self->delayed_send(self, interval, wake_atom_v);
  return {
      [self, next = self->clock().now() + interval](wake_atom) mutable {
        self->state.sweep_due = true;
        self->state.reconcile();
        // An urgent pass does not start another series of periodic ones.
        if (self->clock().now() < next) return;
        next += interval;
        self->delayed_send(self, interval, wake_atom_v);
      },
      [self](messages::write_ended m) { self->state.written(m.worked); },
      [self](sync_atom) { self->state.reconcile(); },
  };
}

} // namespace praetor
