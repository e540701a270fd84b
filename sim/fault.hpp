#pragma once

#include "sim/world.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::sim {

/// The kinds of faults. `fault::nodes` names the affected nodes; the comments define `fault::amount`.
enum class fault_kind {
  // Processes and hosts.
  crash,                    ///< kills the process (connections break at once), and restarts it at the end
  power_loss,               ///< the host goes down: others notice by silence only
  lost_disk,                ///< a crash, and the disk is empty at the restart
  old_disk,                 ///< a crash, and a restart with the disk's content of `amount` seconds before
  pause,                    ///< the process is suspended (SIGSTOP, a live migration)
  rolling_restart,          ///< restarts the nodes one after the other, each once the previous one has caught up
  kill_leader_before_reply, ///< kills the leader between the fsync of an entry and the answer
  kill_leader_before_apply, ///< kills the leader between the commit of an entry and its application
  kill_new_leader,          ///< kills the next elected leader when its first entry is only on its own disk
  destroy,                  ///< removes the host permanently, unless its disk is needed
  // Clocks.
  clock_jump,  ///< offsets the wall clock by `amount` seconds
  clock_drift, ///< speeds clocks up by `amount` (0.1 = ten per cent)
  // Links.
  isolate,    ///< cuts each node off from all others
  sever,      ///< the same, and its connections break at once, as with a firewall's reset
  split,      ///< partitions the nodes from all others
  one_way,    ///< messages of the nodes do not arrive
  ring,       ///< each node reaches only its two neighbours
  bridge,     ///< two halves that only the first node connects
  swizzle,    ///< cuts links one by one, and restores them in another order
  flap,       ///< cuts and restores the nodes' links repeatedly
  reset,      ///< breaks the nodes' connections
  loss,       ///< loses this share of packets, 0 to 1
  duplicate,  ///< duplicates this share of packets
  reorder,    ///< delays this share of packets behind later ones
  slow_links, ///< adds `amount` seconds to each message
  narrow,     ///< limits each link to `amount` bytes per second
  // Disks.
  slow_disk,   ///< adds `amount` seconds to each fsync
  stuck_disk,  ///< fsyncs do not complete
  full_disk,   ///< writes fail for lack of space
  read_errors, ///< reads of old data fail
  bit_flip,    ///< flips a bit in old data, permanently
  // Membership.
  add_server,    ///< a new server joins
  remove_server, ///< the server leaves the cluster, and returns empty at the end
};

/// Nodes are given by name, or by role at the fault's start: "leader", "follower" (one that does not lead), "server",
/// "agent" (a client agent), "any".
struct fault {
  fault_kind kind = fault_kind::crash;
  duration at{0};    ///< since the world began
  duration lasts{0}; ///< until its repair
  std::vector<std::string> nodes;
  double amount = 0;

  bool operator==(const fault&) const = default;
};
/// Sorted by `at`. Generated before the run starts, so that any of its faults can be left out.
using fault_schedule = std::vector<fault>;

/// The kind's name, for reports and the command line: "power_loss".
std::string_view name_of(fault_kind kind);
/// The kind with that name; nothing if there is none.
std::optional<fault_kind> fault_kind_named(std::string_view name);
/// All kinds, in the order above.
std::vector<fault_kind> all_fault_kinds();
/// "at 3.250 s for 1.500 s: power_loss of leader".
std::string describe(const fault& f);

} // namespace praetor::sim
