#include "sim/faults/fault_row.hpp"

#include <algorithm>
#include <cmath>

namespace praetor::sim {

namespace {

void jump(fault_context& c, const active& a, const victims& who) {
  auto by = seconds(a->what.amount);
  for (auto* n : who) {
    n->jump_clock(by);
    a->mending.push_back([n, by] { n->jump_clock(-by); });
  }
  c.note_clocks();
}

void drift(fault_context& c, const active& a, node& n) {
  n.drift_clock(a->what.amount);
  c.lab.clock_drift = std::max(c.lab.clock_drift, std::abs(a->what.amount));
  a->mending.push_back([&n] { n.drift_clock(0); });
}

constexpr fault_row clock_rows[] = {
    {.kind = fault_kind::clock_jump,
     .name = "clock_jump",
     .begin = jump,
     .amount = {-600, 600},
     .a_minute = occasional},
    {.kind = fault_kind::clock_drift,
     .name = "clock_drift",
     .begin = each<drift>,
     .amount = {-0.05, 0.05},
     .a_minute = occasional},
};

} // namespace

std::span<const fault_row> clock_faults() { return clock_rows; }

} // namespace praetor::sim
