#include "sim/scenarios/families.hpp"
#include "sim/scenarios/planner.hpp"

namespace praetor::sim {

namespace {

/// Takes snapshots often and keeps little of the log, so that slow followers need the leader's snapshot.
void snapshot_often(scenario& s) {
  s.who.node.snapshot_threshold = 20;
  s.who.node.snapshot_interval = std::chrono::seconds(1);
  s.who.node.trailing_logs = 5;
}

} // namespace

// Disks that stall, fill up, lie about fsync, or were replaced.
void add_disk_scenarios(std::vector<scenario>& to) {
  using enum fault_kind;
  using enum workload_kind;
  using std::chrono::milliseconds;

  to.push_back(make_scenario("leader_disk_stall",
                             "The leader's disk takes seconds for an fsync, or for ever, while its network is fine. It "
                             "has to step down rather "
                             "than keep a cluster waiting that it can't serve.",
                             {{kv, 5, milliseconds(40)}, {locks, 1}}, 26, [](planner& p) {
                               for (double at = p.between(3, 5); at < 20; at += p.between(5, 7))
                                 p.one_in(2) ? p.add(stuck_disk, at, p.between(1, 4), {"leader"})
                                             : p.add(slow_disk, at, p.between(2, 4), {"leader"}, p.between(0.2, 1.5));
                             }));

  to.push_back(make_scenario(
      "full_disk",
      "The leader's disk is full, later a follower's. Writes are refused with a clear answer, reads go on, and all "
      "resumes when there is room.",
      {{kv, 4}, {catalog, 1}}, 24, [](planner& p) {
        p.add(fault_kind::full_disk, p.between(4, 6), p.between(3, 5), {"leader"});
        p.add(fault_kind::full_disk, p.between(13, 15), p.between(3, 5), {"follower"});
      }));

  to.push_back(make_scenario("flipped_bit",
                             "A bit of old data changes on one server's disk. It may be an error, and the server may "
                             "stop; it is never served.",
                             {{kv, 4}, {catalog, 1}}, 24, [](planner& p) {
                               p.add(bit_flip, p.between(6, 9), p.between(3, 6), {"server"});
                               p.add(crash, p.between(12, 14), p.between(1, 2), {"server"});
                             }));

  to.push_back(make_scenario(
      "returned_old_disk",
      "A server comes back on a disk as it was seconds ago, as from a restored image of its host: it has forgotten "
      "votes and entries that it gave its word for.",
      {{kv, 5, milliseconds(50)}}, 26, [](planner& p) {
        p.add(old_disk, p.between(7, 9), p.between(0.5, 2), {"server"}, p.between(0.5, 4));
        p.add(crash, p.between(10, 16), p.between(0.5, 2), {"leader"});
      }));

  to.push_back(make_scenario(
      "lost_disk",
      "A server comes back with an empty disk. It must not vote as the one that it was; autopilot brings it in again.",
      {{kv, 4}, {catalog, 1}}, 30, [](planner& p) {
        p.add(fault_kind::lost_disk, p.between(5, 8), p.between(0.3, 2), {p.one_in(2) ? "leader" : "follower"});
        p.add(crash, p.between(16, 20), p.between(0.5, 2), {"leader"});
      }));

  to.push_back(make_scenario(
      "power_loss_everywhere",
      "The power of all servers fails at once, in the middle of their writes; ends of files are torn. What was "
      "acknowledged is there when they are up again.",
      {{kv, 5, milliseconds(30)}, {catalog, 2}, {services, 1}}, 24, [](planner& p) {
        for (double at = p.between(4, 6); at < 20; at += p.between(4, 7))
          for (const auto* server : {"server1", "server2", "server3"})
            p.add(power_loss, at + p.between(0, 0.05), p.between(0.3, 1.5), {server});
      }));
  snapshot_often(to.back());

  to.push_back(make_scenario(
      "snapshot_under_loss",
      "A server that was away needs the leader's snapshot, chunk by chunk, over links that lose and break. It must get "
      "all of it or nothing.",
      {{kv, 6, milliseconds(25), 12}, {catalog, 2}}, 28, [](planner& p) {
        p.add(crash, p.between(3, 4), p.between(4, 6), {"follower"});
        p.add(loss, p.between(6, 7), 12, {}, p.between(0.05, 0.3));
        p.add(narrow, p.between(7, 8), 8, {}, p.between(30'000, 200'000));
        for (double at = p.between(8, 9); at < 20; at += p.between(1, 3)) p.add(reset, at, 0.4, {"server"});
        p.add(isolate, p.between(16, 17), p.between(3, 5), {"follower"});
      }));
  snapshot_often(to.back());
}

} // namespace praetor::sim
