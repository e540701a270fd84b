#pragma once

#include "sim/faults/fault_context.hpp"

#include <span>
#include <string_view>

namespace praetor::sim {

/// Whom a fault of a random schedule hits.
enum class aim {
  one_node,        ///< the leader, some server or some agent
  one_server,      ///< the leader or some server
  one_node_or_all, ///< nobody is named half of the time, which means all
  one_side,        ///< one node and further ones, up to half as many as there are servers
  unnamed,         ///< the fault finds its victims
};

/// Bounds of `fault::amount` in random schedules.
struct amount_range {
  double least = 0, most = 0;
  bool operator==(const amount_range&) const = default;
};

/// How often usual_rates() has a fault, a minute.
inline constexpr double frequent = 2, occasional = 0.7, rare = 0.3;

/// A kind of fault, whole.
struct fault_row {
  fault_kind kind;
  std::string_view name; ///< for reports, the trace and the command line
  /// What happens at its beginning. Its end is what this adds to the fault's `mending`.
  void (*begin)(fault_context& c, const active& a, const victims& who);
  aim whom = aim::one_node;
  amount_range amount{}; ///< both 0: it has none
  double a_minute = 0;   ///< 0: only where a scenario names it
  /// What has to be done when it is planned; null: nothing.
  void (*prepare)(fault_context& c, const fault& planned) = nullptr;
};

/// Each in the order of fault_kind, whose kinds they share among them in this order.
std::span<const fault_row> machine_faults();
std::span<const fault_row> clock_faults();
std::span<const fault_row> link_faults();
std::span<const fault_row> disk_faults();
std::span<const fault_row> membership_faults();

/// All rows, in the order of fault_kind.
std::span<const fault_row> fault_rows();
const fault_row& row_of(fault_kind kind);

/// `begin` of a fault that happens to each node alone.
template <void (*Act)(fault_context& c, const active& a, node& n)>
void each(fault_context& c, const active& a, const victims& who) {
  for (auto* n : who) Act(c, a, *n);
}

} // namespace praetor::sim
