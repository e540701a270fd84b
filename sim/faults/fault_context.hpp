#pragma once

#include "sim/clients.hpp"
#include "sim/cluster.hpp"
#include "sim/faults/leader_ambush.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace praetor::sim {

inline constexpr link_trouble cut_off{.cut = true};

duration seconds(double amount);
/// The hosts' addresses.
std::set<std::string, std::less<>> machines_of(const victims& who);
wires::where all_links_of(const victims& who);

/// The targets of faults, and operations shared by several kinds.
struct fault_context {
  /// @param told receives what clients must take into account
  fault_context(sim::cluster& victims, laboratory& told) : cluster(victims), lab(told), world(told.world) {}
  fault_context(const fault_context&) = delete;

  /// Runs `action` after a delay if the fault is still active.
  void later(const active& a, duration wait, std::function<void()> action);
  /// Keeps the node down until the fault ends. @param silently connections do not break
  void hold_down(const active& a, node& n, bool silently);
  /// Degrades links until the fault ends. @returns the number for repairing them earlier
  std::uint64_t harm(const active& a, wires::where links, link_trouble how);
  /// Installs an empty disk and lets the node start again, like a careful operator: only once the others can do without
  /// the content of the old one. The node is held down already.
  void put_in_new_disk(node& n);
  /// Updates the maximal clock difference for clients.
  void note_clocks();

  sim::cluster& cluster;
  laboratory& lab;
  sim::world& world;
  leader_ambush ambush{*this};
  /// For old_disk: the disk images at a planned fault's time, by node.
  std::map<const fault*, std::map<node*, disk::image>> images;
};

} // namespace praetor::sim
