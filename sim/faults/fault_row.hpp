#pragma once

#include "sim/faults/fault_context.hpp"

#include <span>
#include <string_view>

namespace praetor::sim {

/// The targets of a fault in random schedules.
enum class aim {
  one_node,        ///< the leader, some server or some agent
  one_server,      ///< the leader or some server
  one_node_or_all, ///< no node is named half of the time, which means all
  one_side,        ///< one node and others, up to half as many as there are servers
  unnamed,         ///< the fault chooses its targets
};

/// The range of `fault::amount` in random schedules.
struct amount_range {
  double least = 0, most = 0;
  bool operator==(const amount_range&) const = default;
};

/// Rates of faults in usual_rates(), per minute.
inline constexpr double frequent = 2, occasional = 0.7, rare = 0.3;

/// The complete declaration of a fault kind.
struct fault_row {
  fault_kind kind;
  std::string_view name; ///< for reports, the trace and the command line
  /// Starts the fault. Its end is the work that this adds to the fault's `mending`.
  void (*begin)(fault_context& c, const active& a, const victims& who);
  aim whom = aim::one_node;
  amount_range amount{}; ///< both 0: no amount
  double a_minute = 0;   ///< 0: only if a scenario names it
  /// Called when the fault is planned; null: nothing.
  void (*prepare)(fault_context& c, const fault& planned) = nullptr;
};

/// Together, these have all kinds in the order of fault_kind.
std::span<const fault_row> machine_faults();
std::span<const fault_row> clock_faults();
std::span<const fault_row> link_faults();
std::span<const fault_row> disk_faults();
std::span<const fault_row> membership_faults();

/// All rows, in the order of fault_kind.
std::span<const fault_row> fault_rows();
const fault_row& row_of(fault_kind kind);

/// `begin` of a fault that affects each node separately.
template <void (*Act)(fault_context& c, const active& a, node& n)>
void each(fault_context& c, const active& a, const victims& who) {
  for (auto* n : who) Act(c, a, *n);
}

} // namespace praetor::sim
