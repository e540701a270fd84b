#include "sim/scenarios/families.hpp"
#include "sim/scenarios/planner.hpp"

namespace praetor::sim {

// Servers and agents that join and leave.
void add_membership_scenarios(std::vector<scenario>& to) {
  using enum fault_kind;
  using enum workload_kind;
  using std::chrono::milliseconds;

  to.push_back(make_scenario(
      "failures_in_membership_change",
      "Five servers; while one joins and one leaves two others fail. No change may be decided by a majority that is "
      "none.",
      {{kv, 4, milliseconds(60)}}, 34, [](planner& p) {
        auto at = p.between(5, 7);
        p.add(add_server, at, 1);
        p.add(crash, at + p.between(0, 1), p.between(2, 4), {"leader"});
        p.add(crash, at + p.between(0, 1.5), p.between(2, 4), {"follower"});
        at = p.between(16, 18);
        p.add(remove_server, at, p.between(6, 8), {"follower"});
        p.add(isolate, at + p.between(0, 1), p.between(1, 3), {"leader"});
        p.add(power_loss, at + p.between(0, 1.5), p.between(1, 3), {"follower"});
      }));
  to.back().who.servers = 5;

  to.push_back(make_scenario(
      "growing_and_shrinking",
      "A server is added under load, another leaves and comes back empty. Clients notice nothing but a retry.",
      {{kv, 4, milliseconds(60)}, {watches, 2}}, 34, [](planner& p) {
        p.add(add_server, p.between(4, 6), 1);
        p.add(remove_server, p.between(14, 18), p.between(4, 8), {p.one_in(2) ? "leader" : "follower"});
      }));

  to.push_back(make_scenario(
      "gone_for_good",
      "Of five servers two are destroyed one after the other. Autopilot takes their votes away, so that the three that "
      "are left can go on without one of them.",
      {{kv, 4, milliseconds(80)}}, 100, [](planner& p) {
        p.add(destroy, p.between(4, 6), 1, {p.one_in(2) ? "leader" : "follower"});
        p.add(destroy, p.between(44, 46), 1, {p.one_in(2) ? "leader" : "follower"});
        p.add(crash, p.between(88, 90), p.between(2, 6), {"server"});
      }));
  to.back().who.servers = 5;

  to.push_back(make_scenario(
      "many_agents_join",
      "Two hundred agents join three servers at once. The servers have to stay with their leader, and in the end "
      "everyone knows everyone.",
      {{kv, 2, milliseconds(500)}}, 20, [](planner&) {}));
  to.back().who.agents = 200;
  to.back().settles_within = std::chrono::seconds(240);

  to.push_back(make_scenario(
      "agents_come_and_go",
      "Client agents with services crash, stand still, lose their network and come back. The catalog has to say what "
      "the agents say, soon after.",
      {{services, 4}, {kv, 1}, {dns, 1}}, 34, [](planner& p) {
        for (double at = p.between(4, 6); at < 26; at += p.between(2, 5)) {
          auto kind = p.one_in(3) ? isolate : p.one_in(2) ? crash : pause;
          p.add(kind, at, p.between(0.5, 6), {"agent"});
        }
      }));
  to.back().who.agents = 4;
  // Shorter than the time to the next full sync, which would repair a failed push.
  to.back().settles_within = std::chrono::seconds(40);

  to.push_back(make_scenario(
      "reloads_and_restarts",
      "Client agents with services and checks in their configurations read them again and again and are restarted now "
      "and then. What was not changed does not move: not its status, not its maintenance, not its place in the "
      "catalog, "
      "not the tags that others gave it; and a check that has not run yet takes no service away.",
      {{definitions, 4, milliseconds(400)}, {kv, 1, milliseconds(500)}}, 130, [](planner& p) {
        for (double at = p.between(6, 9); at < 45; at += p.between(4, 9))
          p.add(p.one_in(3) ? power_loss : crash, at, p.between(0.5, 4), {"agent"});
      }));
  to.back().who.agents = 4;
  // Writes of others to the catalog are detected by a full sync.
  to.back().settles_within = std::chrono::seconds(150);
}

} // namespace praetor::sim
