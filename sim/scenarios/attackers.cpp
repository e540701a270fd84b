#include "sim/attackers/siege.hpp"
#include "sim/scenarios/families.hpp"
#include "sim/scenarios/planner.hpp"

namespace praetor::sim {

namespace {

void no_faults(planner&) {}

/// Three servers and a client agent on a reliable network, so that only attackers can cause what clients notice.
scenario under_attack(std::string name, std::string about, std::vector<workload> work, std::vector<attack> attackers,
                      std::string configuration) {
  auto out = make_scenario(std::move(name), std::move(about), std::move(work), 16, no_faults);
  out.attackers = std::move(attackers);
  out.who.agents = 1;
  out.who.lines.reset_every = 0;
  out.who.node.configuration = std::move(configuration);
  return out;
}

} // namespace

// Peers that do not belong to the cluster, or that exceed their permissions.
void add_attacker_scenarios(std::vector<scenario>& to) {
  using enum attacker_kind;
  using enum fault_kind;
  using enum workload_kind;
  using std::chrono::milliseconds;

  to.push_back(under_attack(
      "strangers_at_the_gate",
      "Servers of a datacenter that nothing is shared with, and peers without any identity, send requests and Raft "
      "messages of every kind. They get nothing but refusals, although there are no tokens.",
      {{kv, 3, milliseconds(60)}, {catalog, 1}, {watches, 3}}, {{foreign_datacenter, 2}, {nameless, 2}}, ""));

  to.push_back(under_attack(
      "forged_servers",
      "Peers say that they are servers: some that nobody knows, some with the id of one that there is. They forge Raft "
      "messages, propose commands of all kinds and hand on requests. No term passes, and nothing of theirs is stored.",
      {{kv, 3, milliseconds(60)}, {transactions, 1}, {locks, 2}, {watches, 2}},
      {{uncertified_server, 2}, {impostor, 3, milliseconds(10)}}, guarded_configuration()));

  to.push_back(under_attack(
      "agents_gone_bad",
      "Client agents propose what they have no token for, pose as servers to Raft, cancel what others have asked, and "
      "send garbage. Whoever else asks is answered as always.",
      {{kv, 3, milliseconds(60)}, {semaphores, 2}, {catalog, 1}, {services, 1}, {watches, 6}},
      {{agent_gone_bad, 4, milliseconds(10)}}, guarded_configuration()));
  to.back().who.agents = 3;

  to.push_back(under_attack("agents_gone_bad_without_tokens",
                            "Where there are no tokens an agent may write, but neither lead nor give orders to other "
                            "agents, and nothing that "
                            "it writes ends a server.",
                            {{kv, 3, milliseconds(60)}, {locks, 1}, {watches, 3}},
                            {{agent_gone_bad, 2}, {uncertified_server, 1}, {impostor, 1}}, ""));
  to.back().who.agents = 2;

  to.push_back(
      under_attack("server_of_another_cluster",
                   "A server whose certificate names it one of the datacenter is in another Raft "
                   "configuration. Whatever it says to Raft, in its own name or in a member's, changes nothing.",
                   {{kv, 4, milliseconds(40)}, {locks, 2}}, {{server_of_other_cluster, 3, milliseconds(10)}}, ""));

  to.push_back(under_attack(
      "greedy_agents",
      "Client agents ask for more than all that a server has room for, in one burst, and go away without a word, again "
      "and again. Nobody else waits, and everything is given back.",
      {{kv, 4, milliseconds(40)}, {catalog, 1}, {watches, 3}}, {{hoarder, 1, milliseconds(60)}}, ""));

  to.push_back(under_attack(
      "gossip_without_the_key",
      "Gossip is encrypted. Peers without the key send packets and streams of every kind; nobody listens to them.",
      {{kv, 2, milliseconds(80)}, {services, 2}, {dns, 1}}, {{gossip_stranger, 3, milliseconds(8)}},
      sealed_configuration()));
  to.back().who.agents = 2;

  to.push_back(under_attack(
      "member_with_bad_intent",
      "Members of the gossip pool, with its key, say that others are dead or elsewhere, count to where nobody can "
      "follow, and flood the pool with events and names. They may be believed for a moment; nobody ends, nothing grows "
      "without bound, and once they are silent everyone knows everyone again.",
      {{kv, 2, milliseconds(80)}, {dns, 1}}, {{gossip_member, 2, milliseconds(40)}}, sealed_configuration()));
  to.back().who.agents = 2;

  to.push_back(under_attack(
      "attack_on_a_failing_cluster",
      "Leaders crash and stand still while forged servers and bad agents attack: what is refused on a calm day is "
      "refused by a new leader as well.",
      {{kv, 4, milliseconds(50)}, {catalog, 1}, {watches, 2}}, {{impostor, 2}, {agent_gone_bad, 2}, {nameless, 1}},
      guarded_configuration()));
  to.back().length = std::chrono::seconds(24);
  to.back().faults = [](const scenario&, std::mt19937_64& random) {
    planner p(random);
    for (double at = p.between(5, 7); at < 20; at += p.between(4, 6))
      p.add(p.one_in(2) ? crash : pause, at, p.between(0.5, 2.5), {p.one_in(2) ? "leader" : "server"});
    return p.done();
  };
}

} // namespace praetor::sim
