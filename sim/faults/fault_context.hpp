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
/// The machines' addresses.
std::set<std::string, std::less<>> machines_of(const victims& who);
wires::where all_links_of(const victims& who);

/// What faults happen to, and what several kinds of them do.
struct fault_context {
  /// @param told what clients have to reckon with
  fault_context(sim::cluster& victims, laboratory& told) : cluster(victims), lab(told), world(told.world) {}
  fault_context(const fault_context&) = delete;

  /// Runs `action` after that long if the fault is still there.
  void later(const active& a, duration wait, std::function<void()> action);
  /// The node is down until the fault ends. @param silently nobody is told
  void hold_down(const active& a, node& n, bool silently);
  /// The links ail until the fault ends. @returns the number to mend them by earlier
  std::uint64_t harm(const active& a, wires::where links, link_trouble how);
  /// Puts in an empty disk and lets the node start again, as a careful operator does: not before the others can do
  /// without what is on the old one. The node is held down already.
  void put_in_new_disk(node& n);
  /// Tells clients how far apart the clocks are by now.
  void note_clocks();

  sim::cluster& cluster;
  laboratory& lab;
  sim::world& world;
  leader_ambush ambush{*this};
  /// The disks of a planned fault's moment, by node, for old_disk.
  std::map<const fault*, std::map<node*, disk::image>> images;
};

} // namespace praetor::sim
