#include "sim/faults/fault_row.hpp"

namespace praetor::sim {

namespace {

void slow_syncs(fault_context&, const active& a, node& n) {
  n.disk().trouble().slower = seconds(a->what.amount);
  a->mending.push_back([&n] { n.disk().trouble().slower = duration{0}; });
}

template <bool disk_trouble::*What>
void trouble(fault_context&, const active& a, node& n) {
  n.disk().trouble().*What = true;
  a->mending.push_back([&n] { n.disk().trouble().*What = false; });
}

/// The damage is found when it is read, at the latest after a restart. The operator then replaces the disk.
void flip_bit(fault_context& c, const active& a, node& n) {
  if (!n.options().server || !c.cluster.can_do_without(n)) return;
  if (n.disk().damage().empty()) return;
  a->mending.push_back([&c, &n] {
    c.cluster.hold(n);
    c.put_in_new_disk(n);
  });
}

using enum fault_kind;
using enum aim;

constexpr fault_row disk_rows[] = {
    {.kind = slow_disk,
     .name = "slow_disk",
     .begin = each<slow_syncs>,
     .whom = one_server,
     .amount = {0.01, 0.6},
     .a_minute = occasional},
    {.kind = stuck_disk,
     .name = "stuck_disk",
     .begin = each<trouble<&disk_trouble::stuck>>,
     .whom = one_server,
     .a_minute = occasional},
    {.kind = full_disk,
     .name = "full_disk",
     .begin = each<trouble<&disk_trouble::full>>,
     .whom = one_server,
     .a_minute = rare},
    {.kind = read_errors,
     .name = "read_errors",
     .begin = each<trouble<&disk_trouble::read_errors>>,
     .whom = one_server},
    {.kind = bit_flip, .name = "bit_flip", .begin = each<flip_bit>, .whom = one_server},
};

} // namespace

std::span<const fault_row> disk_faults() { return disk_rows; }

} // namespace praetor::sim
