#include "sim/faults/fault_row.hpp"

namespace praetor::sim {

namespace {

void join(fault_context& c, const active&, const victims&) {
  auto& n = c.cluster.add_server();
  c.lab.nodes.push_back(&n);
  c.cluster.bring_up(n);
}

void leave(fault_context& c, const active& a, node& n) {
  if (!n.options().server || !c.cluster.can_do_without(n)) return;
  c.cluster.hold(n);
  auto handles = n.view().handles.load();
  if (handles)
    caf::anon_send(handles->agent, leave_atom_v, local<done_callback>{[&c, &n, life = n.life()](const error*) {
                     c.world.interrupt([&c, &n, life] {
                       if (n.up() && n.life() == life) c.cluster.stop(n, false);
                     });
                   }});
  a->mending.push_back([&c, &n] { c.put_in_new_disk(n); });
}

constexpr fault_row membership_rows[] = {
    {.kind = fault_kind::add_server, .name = "add_server", .begin = join, .whom = aim::unnamed},
    {.kind = fault_kind::remove_server, .name = "remove_server", .begin = each<leave>, .whom = aim::one_server},
};

} // namespace

std::span<const fault_row> membership_faults() { return membership_rows; }

} // namespace praetor::sim
