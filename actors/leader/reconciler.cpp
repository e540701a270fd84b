#include "actors/leader/reconciler.hpp"

#include "protocol/codec/command.hpp"
#include "storage/state/queries_catalog.hpp"
#include "storage/state/queries_health.hpp"

namespace praetor {

namespace {

constexpr auto interval = std::chrono::seconds(60);
constexpr auto retry_interval = std::chrono::seconds(1);

health_check serf_health(const std::string& node) {
  health_check c;
  c.node = node;
  c.check_id = "serfHealth";
  c.name = "Serf Health Status";
  c.status = health_passing;
  c.output = "Agent alive and reachable";
  return c;
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

/// True if the catalog says all that the member says.
bool up_to_date(const state::store& store, const member& m) {
  auto known = state::find_node(store, m.name, nullptr).value;
  if (!known || known->address != m.address || known->id != m.id) return false;
  auto check = state::find_check(store, m.name, "serfHealth", nullptr).value;
  if (!check || check->status != health_passing) return false;
  if (!m.server) return true;
  auto service = state::find_service(store, m.name, "consul", nullptr).value;
  return service && service->meta == m.server_meta && service->port == m.server_port;
}

} // namespace

void reconciler_state::reconcile() {
  auto store = view->state.load();
  auto me = reconciler_actor{self};
  for (const auto& m : members) {
    if (up_to_date(*store, m)) continue;
    outside->log_lines->write(log_level::info, "agent.server", "member joined, marking health alive",
                              {{"member", m.name}});
    register_request r;
    r.datacenter = datacenter;
    r.id = m.id;
    r.node = m.name;
    r.address = m.address;
    r.node_meta = m.node_meta;
    r.tagged_addresses = m.tagged_addresses;
    // What the agent itself has written of its node stays, whichever of the two writes comes first.
    auto known = state::find_node(*store, m.name, nullptr).value;
    r.skip_node_update = known && known->id == m.id && known->address == m.address;
    r.check = std::make_shared<const health_check>(serf_health(m.name));
    if (m.server) r.service = std::make_shared<const node_service>(consul_service(m));
    writes.propose(encode_command(command_type::register_node, r),
                   [me](const state::apply_result& result) { caf::anon_send(me, result_atom_v, result.ok()); });
  }
}

reconciler_actor::behavior_type reconciler(reconciler_actor::stateful_pointer<reconciler_state> self, ports_ptr outside,
                                           agent_view_ptr view, write_path writes, std::string datacenter,
                                           std::vector<member> members) {
  auto& s = self->state;
  s.self = self;
  s.outside = std::move(outside);
  s.view = std::move(view);
  s.writes = std::move(writes);
  s.datacenter = std::move(datacenter);
  s.members = std::move(members);
  self->send(self, wake_atom_v);
  return {
      [self](wake_atom) {
        self->state.reconcile();
        self->delayed_send(self, interval, wake_atom_v);
      },
      [self](result_atom, bool worked) {
        if (!worked) self->delayed_send(self, retry_interval, sync_atom_v);
      },
      [self](sync_atom) { self->state.reconcile(); },
  };
}

} // namespace praetor
