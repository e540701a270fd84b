#pragma once

#include "sim/fault.hpp"
#include "sim/gossip_network.hpp"
#include "sim/node.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::sim {

/// What clients do, all the while.
enum class workload_kind {
  kv,           ///< reads, writes, compare-and-sets and deletes of single keys
  transactions, ///< several keys at once
  locks,        ///< sessions, locks and lock-delay
  semaphores,   ///< the same with several holders a key
  catalog,      ///< services of external nodes
  services,     ///< services and flapping checks of the agents themselves
  definitions,  ///< services and checks in agents' configurations, reloaded now and then
  watches,      ///< blocking queries of prefixes and services
  dns,          ///< look-ups
  snapshots,    ///< snapshot save and restore
};
struct workload {
  workload_kind kind = workload_kind::kv;
  unsigned clients = 1;
  duration pause = std::chrono::milliseconds(100); ///< between two requests of one client
  unsigned names = 4;                              ///< keys, services, locks that they share
};

/// Who wants to do harm. attackers/ has a row for each, with what it may do all the same.
enum class attacker_kind {
  uncertified_server,      ///< a peer that nobody knows and that says it is a server
  impostor,                ///< has the id and the name of a server, and another address
  agent_gone_bad,          ///< a client agent of the datacenter
  server_of_other_cluster, ///< its certificate names a server of the datacenter; it is in another Raft configuration
  foreign_datacenter,      ///< a server of a datacenter that nothing is shared with
  nameless,                ///< shows no identity
  hoarder,                 ///< a client agent that asks for more than its share and never takes an answer
  gossip_stranger,         ///< reaches the gossip ports and has no key
  gossip_member,           ///< is in the gossip pool, with its key
};
struct attack {
  attacker_kind kind = attacker_kind::uncertified_server;
  unsigned count = 1;
  duration pause = std::chrono::milliseconds(20); ///< between two acts of one attacker
};

struct topology {
  unsigned servers = 3; ///< named server1, server2, ...
  unsigned agents = 0;  ///< client agents, named agent1, agent2, ...
  /// Each with as many of both. Clients and faults are in the first, dc1; of the others, dc2, dc3, ..., the nodes are
  /// named dc2-server1 and so on.
  unsigned datacenters = 1;
  /// What the servers and agents have in common; names, addresses and counts are made.
  node_options node;
  network_behaviour lines;
  gossip_behaviour packets;
};

/// A world to run: who is there, what they do, what goes wrong, and for how long.
struct scenario {
  std::string name;
  std::string about; ///< what it provokes and what has to hold, in a sentence or two
  topology who;
  std::vector<workload> work;
  /// They act from when the servers have agreed for the first time until the clients stop.
  std::vector<attack> attackers;
  /// Makes the faults from a generator of its own, seeded with the run's seed.
  std::function<fault_schedule(const scenario&, std::mt19937_64&)> faults;
  duration length = std::chrono::seconds(20);
  /// After the faults stop everything has to be in order again within this.
  duration settles_within = std::chrono::seconds(90);
};

/// All that have a name, in the order in which they are listed.
const std::vector<scenario>& scenarios();
/// Null if there is none of that name.
const scenario* find_scenario(std::string_view name);

} // namespace praetor::sim
