#pragma once

#include "sim/world.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::sim {

/// What can go wrong. `fault::nodes` names the nodes that it happens to; `fault::amount` is what the comment says.
enum class fault_kind {
  // Processes and machines.
  crash,                    ///< the process is killed (others see its connections break), and started again at the end
  power_loss,               ///< the machine goes down: others notice by silence alone
  lost_disk,                ///< crash, and the disk is empty when it starts again
  old_disk,                 ///< crash, and it starts again on the disk as it was `amount` seconds before
  pause,                    ///< the process stands still (SIGSTOP, a virtual machine that is moved)
  rolling_restart,          ///< the nodes are restarted one after the other, each once the one before has caught up
  kill_leader_before_reply, ///< the leader dies between the fsync of an entry and the answer
  kill_leader_before_apply, ///< the leader dies between the commit of an entry and its application
  kill_new_leader,          ///< whoever is elected next dies when its first entry is on its disk and nowhere else
  destroy,                  ///< the machine is gone for good, unless what is on its disk is needed
  // Clocks.
  clock_jump,  ///< the wall clock is wrong by `amount` seconds
  clock_drift, ///< clocks run faster by `amount` (0.1 = ten per cent)
  // Links.
  isolate,    ///< each node is cut off from all others
  sever,      ///< the same, and its connections break at once, as when a firewall turns them away
  split,      ///< the nodes on one side, all others on the other
  one_way,    ///< nothing that the nodes send arrives
  ring,       ///< each node reaches its two neighbours only
  bridge,     ///< two halves that only the first node reaches both of
  swizzle,    ///< links are cut one by one, and restored in another order
  flap,       ///< the nodes' links are cut and restored again and again
  reset,      ///< the nodes' connections break
  loss,       ///< this share of packets is lost, 0 to 1
  duplicate,  ///< this share of packets arrives twice
  reorder,    ///< this share of packets is overtaken
  slow_links, ///< `amount` seconds are added to each message
  narrow,     ///< `amount` bytes a second fit through each link
  // Disks.
  slow_disk,   ///< an fsync takes `amount` seconds more
  stuck_disk,  ///< no fsync ends
  full_disk,   ///< writes fail for want of space
  read_errors, ///< reads of old data fail
  bit_flip,    ///< a bit of old data is another one from now on
  // Membership.
  add_server,    ///< a new server joins
  remove_server, ///< the server leaves the cluster, and comes back empty at the end
};

/// Those who are meant by role when the fault begins: "leader", "follower" (one that does not lead), "server", "agent"
/// (a client agent), "any". Everything else is a node's name.
struct fault {
  fault_kind kind = fault_kind::crash;
  duration at{0};    ///< since the world began
  duration lasts{0}; ///< then it is mended
  std::vector<std::string> nodes;
  double amount = 0;

  bool operator==(const fault&) const = default;
};
/// In the order of `at`. It is made before the run begins, so that any of its faults can be left out.
using fault_schedule = std::vector<fault>;

/// The kind's name, for reports and the command line: "power_loss".
std::string_view name_of(fault_kind kind);
/// The kind of that name; nothing if there is none.
std::optional<fault_kind> fault_kind_named(std::string_view name);
/// All kinds, in the order above.
std::vector<fault_kind> all_fault_kinds();
/// "at 3.250 s for 1.500 s: power_loss of leader".
std::string describe(const fault& f);

} // namespace praetor::sim
