#include "sim/scenarios/families.hpp"
#include "sim/scenarios/planner.hpp"

namespace praetor::sim {

// Leaders that fail, are partitioned or are killed at the worst moment.
void add_leadership_scenarios(std::vector<scenario>& to) {
  using enum fault_kind;
  using enum workload_kind;
  using std::chrono::milliseconds;

  to.push_back(make_scenario(
      "split_brain",
      "Five servers; the leader and one other are on the smaller side of a split, with clients on both sides. The old "
      "leader may answer nothing that the new one contradicts, and what only the smaller side has is lost for good.",
      {{kv, 5, milliseconds(40)}, {locks, 2}}, 24, [](planner& p) {
        for (double at = p.between(3, 5); at < 20; at += p.between(5, 8))
          p.add(split, at, p.between(1, 4), {"leader", "follower"});
      }));
  to.back().who.servers = 5;

  to.push_back(make_scenario(
      "isolated_leader",
      "The leader is cut off from all servers while clients go on asking it. It has to notice that nobody follows, and "
      "its lease must be over before there is another leader.",
      {{kv, 6, milliseconds(25), 2}, {locks, 2}}, 22, [](planner& p) {
        for (double at = p.between(3, 4); at < 19; at += p.between(3, 6))
          p.add(isolate, at, p.between(0.15, 3), {"leader"});
      }));

  to.push_back(make_scenario(
      "severed_leader",
      "All connections of the leader break at once and none comes back for a while, but it lives and clients go on "
      "asking it. The others need not wait for a time-out; still none of them may lead while its lease lasts.",
      {{kv, 8, milliseconds(10), 2}, {locks, 1}}, 22, [](planner& p) {
        for (double at = p.between(3, 4); at < 19; at += p.between(2, 4))
          p.add(sever, at, p.between(0.15, 1.5), {"leader"});
      }));

  to.push_back(make_scenario(
      "forgetful_voter",
      "Of three servers one hears of the leader only through the third, which is restarted within its promise to the "
      "leader, just when the leader is cut off. What it promised before it must still keep.",
      {{kv, 8, milliseconds(10), 2}}, 64, [](planner& p) {
        for (double at = p.between(12, 14); at < 56; at += p.between(14, 18)) {
          p.add(bridge, at, 8, {"follower"});
          auto cut = at + p.between(2.5, 7);
          p.add(isolate, cut, p.between(1, 5), {"leader"});
          p.add(crash, cut + p.between(0, 0.1), p.between(0.01, 0.1), {"follower"});
        }
      }));
  to.back().who.node.configuration = "performance { raft_multiplier = 5 }\n";

  to.push_back(make_scenario(
      "power_lost_with_votes",
      "The leader is cut off; whoever is elected in its place dies at once, and the power of another fails while its "
      "vote is on the way to a slow disk. The old leader comes back into the same term, and nobody may vote twice.",
      {{kv, 3, milliseconds(60)}}, 40, [](planner& p) {
        for (double at = p.between(3, 4); at < 34; at += p.between(5, 7)) {
          auto gone = at + p.between(1, 2.8);
          p.add(slow_disk, at - 0.3, gone - at + 0.3, {"follower", "follower"}, p.between(0.1, 0.8));
          p.add(isolate, at, gone - at + p.between(-0.1, 0.3), {"leader"});
          p.add(kill_new_leader, at, gone - at + p.between(1, 2.5));
          p.add(power_loss, gone, p.between(0.05, 0.3), {"server"});
        }
      }));

  to.push_back(make_scenario(
      "outvoted_entries",
      "A leader is cut off with entries that nobody else has; the next one dies before anyone has its first entry; the "
      "first comes back, hands its old entries on, and its power fails. They may yet be replaced, by the second's.",
      {{kv, 5, milliseconds(30), 3}}, 40, [](planner& p) {
        for (double at = p.between(3, 4); at < 34; at += p.between(5, 7)) {
          auto back = at + p.between(0.9, 2.2), gone = back + p.between(0.3, 2.2);
          p.add(isolate, at, back - at, {"leader"});
          p.add(slow_disk, at, gone - at, {"leader"}, p.between(0.1, 0.8));
          p.add(kill_new_leader, at, gone - at + p.between(-0.2, 0.5));
          p.add(power_loss, gone, p.between(0.3, 0.8), {"leader"});
          p.add(isolate, gone, p.between(1, 3), {"follower"});
        }
      }));

  to.push_back(make_scenario("paused_leader",
                             "The leader's process stands still for longer than its lease, as when a virtual host "
                             "is moved. When it goes on "
                             "it must not answer a read from before its sleep.",
                             {{kv, 6, milliseconds(20), 2}, {locks, 2}}, 22, [](planner& p) {
                               for (double at = p.between(3, 4); at < 19; at += p.between(2, 5))
                                 p.add(pause, at, p.between(0.1, 3), {"leader"});
                             }));

  to.push_back(make_scenario(
      "killed_before_reply",
      "The leader dies after an entry is on its disk and before anyone hears of it: the write may exist or not, but "
      "every client has to see the same.",
      {{kv, 6, milliseconds(30), 2}, {transactions, 1}}, 22, [](planner& p) {
        for (double at = p.between(3, 4); at < 19; at += p.between(2, 4))
          p.add(kill_leader_before_reply, at, p.between(0.5, 2));
      }));

  to.push_back(make_scenario(
      "killed_before_apply",
      "The leader dies when a majority has an entry and nobody has applied it. The next leader has to apply it, once.",
      {{kv, 6, milliseconds(30), 2}, {transactions, 1}}, 22, [](planner& p) {
        for (double at = p.between(3, 4); at < 19; at += p.between(2, 4))
          p.add(kill_leader_before_apply, at, p.between(0.5, 2));
      }));

  to.push_back(make_scenario(
      "cascading_restarts",
      "Servers die one shortly after the other, faster than they come back; for a while there is no majority. What was "
      "acknowledged is there once there is one again.",
      {{kv, 4}, {catalog, 2}, {services, 1}}, 26, [](planner& p) {
        for (double at = p.between(3, 5); at < 20; at += p.between(5, 8)) {
          p.add(crash, at, p.between(1, 3), {"leader"});
          p.add(p.one_in(2) ? crash : power_loss, at + p.between(0.1, 0.6), p.between(1, 3), {"server"});
          p.add(p.one_in(2) ? crash : power_loss, at + p.between(0.3, 1.2), p.between(0.5, 2), {"any"});
        }
      }));
  to.back().who.agents = 1;

  to.push_back(make_scenario("rolling_restarts",
                             "All servers are restarted in turn, each once the one before has caught up, as in an "
                             "upgrade. Nothing may be lost, "
                             "and watchers miss nothing.",
                             {{kv, 4}, {watches, 3}, {locks, 2}}, 30,
                             [](planner& p) { p.add(rolling_restart, p.between(3, 6), 22); }));
}

} // namespace praetor::sim
