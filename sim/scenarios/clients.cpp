#include "sim/scenarios/families.hpp"
#include "sim/scenarios/planner.hpp"

namespace praetor::sim {

// Guarantees for clients: sessions, locks, watches, snapshots.
void add_client_scenarios(std::vector<scenario>& to) {
  using enum fault_kind;
  using enum workload_kind;
  using std::chrono::milliseconds;

  to.push_back(make_scenario(
      "clock_skew_and_sessions",
      "Wall clocks jump by minutes and run too fast or too slowly while sessions are renewed. A session lives as long "
      "as "
      "its leader says, whatever the clocks of others say.",
      {{locks, 4, milliseconds(80)}, {semaphores, 2}, {kv, 1}}, 34, [](planner& p) {
        for (double at = p.between(3, 5); at < 28; at += p.between(3, 6)) {
          p.add(clock_jump, at, p.between(1, 5), {p.one_in(2) ? "leader" : "server"}, p.between(-600, 600));
          p.add(clock_drift, at + p.between(0, 2), p.between(2, 6), {"server"}, p.between(-0.05, 0.05));
        }
        p.add(crash, p.between(12, 18), p.between(1, 3), {"leader"});
      }));

  to.push_back(make_scenario(
      "lock_delay_and_failover",
      "Locks are lost with their sessions just before the leader is. The next leader has to keep the lock delay that "
      "the last one promised.",
      {{locks, 6, milliseconds(40), 2}}, 34, [](planner& p) {
        for (double at = p.between(4, 6); at < 28; at += p.between(3, 6))
          p.add(p.one_in(2) ? crash : pause, at, p.between(0.5, 3), {"leader"});
      }));

  to.push_back(make_scenario(
      "herd_of_watchers",
      "Many watchers of few keys and services, and a leader that fails: all of them come back at once. None may miss a "
      "change, and no index goes back.",
      {{watches, 40, milliseconds(10)}, {kv, 3}, {catalog, 1}}, 24, [](planner& p) {
        for (double at = p.between(4, 6); at < 20; at += p.between(5, 8))
          p.add(p.one_in(2) ? crash : isolate, at, p.between(0.5, 3), {"leader"});
      }));
  to.back().who.agents = 2;

  to.push_back(make_scenario(
      "restore_under_load",
      "Snapshots are saved and restored while clients write and watch, and a server fails now and then. Everyone is on "
      "the restored state or before it, never on both.",
      {{snapshots, 1, milliseconds(3000)}, {kv, 3}, {watches, 3}}, 28, [](planner& p) {
        for (double at = p.between(5, 8); at < 22; at += p.between(5, 8))
          p.add(crash, at, p.between(0.5, 2), {"server"});
      }));

  to.push_back(make_scenario(
      "everything_at_once",
      "Five servers and two agents, all kinds of clients, and two or three faults of different kinds at any time.",
      {{kv, 3}, {transactions, 1}, {locks, 2}, {semaphores, 1}, {catalog, 1}, {services, 1}, {watches, 2}, {dns, 1}},
      32, [](planner& p) {
        constexpr fault_kind kinds[] = {crash, power_loss, pause, isolate, one_way, flap, reset, slow_disk, stuck_disk};
        for (double at = p.between(3, 4); at < 27; at += p.between(0.8, 2.5)) {
          auto kind = kinds[static_cast<std::size_t>(p.between(0, 9))];
          p.add(kind, at, p.between(0.1, 3), {p.one_in(2) ? "leader" : "any"}, kind == slow_disk ? 0.4 : 0);
        }
      }));
  to.back().who.servers = 5;
  to.back().who.agents = 2;
}

} // namespace praetor::sim
