#include "sim/scenarios/families.hpp"
#include "sim/scenarios/planner.hpp"

namespace praetor::sim {

// Networks that work partially or badly.
void add_link_scenarios(std::vector<scenario>& to) {
  using enum fault_kind;
  using enum workload_kind;
  using std::chrono::milliseconds;

  to.push_back(make_scenario(
      "flapping_link",
      "One server's links come and go several times a second. It must not depose leader after leader, and neither "
      "clients nor catalog may suffer for it.",
      {{kv, 4}, {services, 1}}, 24, [](planner& p) {
        p.add(flap, p.between(3, 4), p.between(6, 9), {p.one_in(2) ? "follower" : "leader"});
        p.add(flap, p.between(14, 15), p.between(4, 7), {"server"});
      }));
  to.back().who.agents = 1;

  to.push_back(make_scenario(
      "one_way_partition",
      "What one server sends never arrives, though it hears all others; or the other way round. A leader that nobody "
      "hears has to give up, a follower that hears nobody must not disturb.",
      {{kv, 5, milliseconds(50)}, {locks, 1}}, 22, [](planner& p) {
        for (double at = p.between(3, 4); at < 18; at += p.between(4, 6))
          p.add(one_way, at, p.between(0.5, 4), {p.one_in(2) ? "leader" : "follower"});
      }));

  to.push_back(make_scenario("ring",
                             "Five servers of which each reaches its two neighbours only. No leader has a majority "
                             "around it but with luck; no "
                             "term has two.",
                             {{kv, 5, milliseconds(60)}}, 24, [](planner& p) {
                               for (double at = p.between(3, 5); at < 18; at += p.between(6, 8))
                                 p.add(fault_kind::ring, at, p.between(2, 5));
                             }));
  to.back().who.servers = 5;

  to.push_back(make_scenario(
      "bridge",
      "Two halves of five servers that only one server reaches both of. The leader may be on either side; the bridge "
      "must not vote twice.",
      {{kv, 5, milliseconds(60)}, {locks, 1}}, 24, [](planner& p) {
        for (double at = p.between(3, 5); at < 18; at += p.between(6, 8))
          p.add(fault_kind::bridge, at, p.between(2, 5));
      }));
  to.back().who.servers = 5;

  to.push_back(make_scenario(
      "swizzle",
      "All links are cut one by one and restored in another order, again and again: every partial network there is.",
      {{kv, 5, milliseconds(60)}, {catalog, 1}}, 26, [](planner& p) {
        for (double at = p.between(3, 4); at < 20; at += p.between(6, 7))
          p.add(fault_kind::swizzle, at, p.between(3, 5.5));
      }));
  to.back().who.servers = 5;

  to.push_back(make_scenario(
      "lossy_links",
      "A fifth of everything is lost, doubled or overtaken, and connections break. Retries must change nothing twice.",
      {{kv, 5, milliseconds(50)}, {transactions, 1}, {locks, 1}}, 22, [](planner& p) {
        p.add(loss, p.between(2, 4), 14, {}, p.between(0.05, 0.25));
        p.add(duplicate, p.between(2, 6), 12, {}, p.between(0.05, 0.5));
        p.add(reorder, p.between(2, 6), 12, {}, p.between(0.05, 0.5));
        for (double at = p.between(3, 5); at < 19; at += p.between(2, 4))
          p.add(reset, at, p.between(0.5, 1.5), {"server"});
      }));

  to.push_back(make_scenario("gossip_loss",
                             "Half of the packets of one server's gossip are lost for a while. Members that live may "
                             "be suspected, and have to "
                             "refute it; in the end all lists agree with who is there.",
                             {{kv, 2}, {services, 2}}, 30, [](planner& p) {
                               p.add(loss, p.between(4, 6), p.between(8, 14), {"server"}, p.between(0.3, 0.6));
                               p.add(loss, p.between(10, 14), p.between(4, 8), {"agent"}, p.between(0.3, 0.7));
                             }));
  to.back().who.agents = 3;

  to.push_back(make_scenario(
      "datacenters_apart",
      "Two datacenters of three servers, and for a minute nothing gets from one to the other. Each serves its own "
      "clients all the while; then all servers find each other again in the WAN pool.",
      {{kv, 3, milliseconds(150)}}, 110, [](planner& p) {
        p.add(split, p.between(20, 30), p.between(40, 60), {"server1", "server2", "server3"});
        p.add(crash, p.between(30, 70), p.between(1, 4), {"server"});
      }));
  to.back().who.datacenters = 2;
  to.back().settles_within = std::chrono::seconds(200);

  to.push_back(make_scenario(
      "wan_delay",
      "A quarter of a second between all servers, as between continents, and little bandwidth at times. Slow is no "
      "failure: the leader stays.",
      {{kv, 4, milliseconds(150)}, {watches, 2}}, 40, [](planner& p) {
        p.add(slow_links, 1, 36, {}, p.between(0.05, 0.12));
        p.add(narrow, p.between(8, 12), p.between(4, 8), {}, p.between(60'000, 300'000));
      }));
  to.back().who.node.configuration = "performance { raft_multiplier = 5 }\n";
}

} // namespace praetor::sim
