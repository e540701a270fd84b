#include "sim/faults/fault_row.hpp"

#include <algorithm>
#include <utility>

namespace praetor::sim {

namespace {

constexpr duration catch_up_look = std::chrono::milliseconds(100);

template <bool Silently>
void stop(fault_context& c, const active& a, node& n) {
  c.hold_down(a, n, Silently);
}

void lose_disk(fault_context& c, const active& a, node& n) {
  if (!n.options().server || !c.cluster.can_do_without(n)) return;
  c.hold_down(a, n, false);
  n.replace_disk();
  ++c.lab.lost_disks[n.options().name];
}

void keep_images(fault_context& c, const fault& planned) {
  auto moment = planned.at - seconds(planned.amount) - c.world.now();
  c.world.after(std::max(moment, duration{0}), [&c, &planned] {
    for (auto* n : c.cluster.servers()) c.images[&planned].emplace(n, n->disk().durable());
  });
}

void bring_old_disk(fault_context& c, const active& a, node& n) {
  auto& images = c.images[&a->what];
  auto old = images.find(&n);
  if (old == images.end() || !c.cluster.can_do_without(n)) return;
  c.hold_down(a, n, false);
  n.disk().put_back(old->second);
  ++c.lab.lost_disks[n.options().name];
}

void halt(fault_context&, const active& a, node& n) {
  if (!n.up() || n.paused()) return;
  n.pause();
  a->mending.push_back([&n, life = n.life()] {
    if (n.up() && n.life() == life) n.go_on();
  });
}

void restart_one_by_one(fault_context& c, const active& a, victims who) {
  if (who.empty()) return;
  auto& n = *who.back();
  who.pop_back();
  c.cluster.stop(n, false);
  c.cluster.bring_up(n);
  // Polls until the node has caught up; stops when the fault is over.
  auto look = std::make_shared<std::function<void()>>();
  *look = [&c, a, who, look_again = std::weak_ptr(look), &n] {
    auto* leads = c.cluster.leader();
    if (leads && n.up() && n.state()->log_index() >= leads->state()->log_index()) return restart_one_by_one(c, a, who);
    if (auto again = look_again.lock()) c.later(a, catch_up_look, [again] { (*again)(); });
  };
  c.later(a, catch_up_look, [look] { (*look)(); });
}

void restart(fault_context& c, const active& a, const victims& who) {
  restart_one_by_one(c, a, who.empty() ? c.cluster.servers() : who);
}

void kill_before_reply(fault_context& c, const active& a, const victims&) {
  auto* leads = c.cluster.leader();
  if (!leads) return;
  auto& n = *leads;
  n.disk().when_synced([&c, a, &n] {
    if (a->over || !n.ready()) return;
    n.disk().when_synced(nullptr);
    c.world.interrupt([&c, a, &n] {
      if (!a->over && n.up()) c.hold_down(a, n, c.world.one_in(2));
    });
  });
  a->mending.push_back([&n] { n.disk().when_synced(nullptr); });
}

void kill_before_apply(fault_context& c, const active& a, const victims&) {
  if (auto* n = c.cluster.leader()) c.ambush.before_apply(a, *n);
}

void kill_next_leader(fault_context& c, const active& a, const victims&) { c.ambush.before_replication(a); }

/// Like a lost disk: only if the others do not need its content.
void take_away(fault_context& c, const active&, node& n) {
  if (!n.options().server || !c.cluster.can_do_without(n)) return;
  c.cluster.remove(n);
  std::erase(c.lab.nodes, &n);
}

using enum fault_kind;
using enum aim;

constexpr fault_row machine_rows[] = {
    {.kind = crash, .name = "crash", .begin = each<stop<false>>, .a_minute = frequent},
    {.kind = power_loss, .name = "power_loss", .begin = each<stop<true>>, .a_minute = frequent},
    {.kind = lost_disk, .name = "lost_disk", .begin = each<lose_disk>, .whom = one_server, .a_minute = rare},
    {.kind = old_disk,
     .name = "old_disk",
     .begin = each<bring_old_disk>,
     .whom = one_server,
     .amount = {0.1, 5},
     .prepare = keep_images},
    {.kind = pause, .name = "pause", .begin = each<halt>, .a_minute = frequent},
    {.kind = rolling_restart, .name = "rolling_restart", .begin = restart, .whom = unnamed, .a_minute = rare},
    {.kind = kill_leader_before_reply,
     .name = "kill_leader_before_reply",
     .begin = kill_before_reply,
     .whom = unnamed,
     .a_minute = occasional},
    {.kind = kill_leader_before_apply,
     .name = "kill_leader_before_apply",
     .begin = kill_before_apply,
     .whom = unnamed,
     .a_minute = occasional},
    {.kind = kill_new_leader,
     .name = "kill_new_leader",
     .begin = kill_next_leader,
     .whom = unnamed,
     .a_minute = occasional},
    {.kind = destroy, .name = "destroy", .begin = each<take_away>, .whom = one_server},
};

} // namespace

std::span<const fault_row> machine_faults() { return machine_rows; }

} // namespace praetor::sim
