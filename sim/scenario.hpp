#pragma once

#include "sim/fault.hpp"
#include "sim/gossip_network.hpp"
#include "sim/node.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::sim {

/// The activities of clients.
enum class workload_kind {
  kv,           ///< reads, writes, compare-and-sets and deletes of single keys
  transactions, ///< several keys at once
  locks,        ///< sessions, locks and lock-delay
  semaphores,   ///< the same with several holders per key
  catalog,      ///< services of external nodes
  services,     ///< services and flapping checks of the agents themselves
  definitions,  ///< services and checks in agents' configurations, reloaded occasionally
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

/// The kinds of attackers. attackers/ has a row for each, with its permissions.
enum class attacker_kind {
  uncertified_server,      ///< an unknown peer that claims to be a server
  impostor,                ///< has the id and name of a server, and another address
  agent_gone_bad,          ///< a client agent of the datacenter
  server_of_other_cluster, ///< its certificate names a server of the datacenter, but it belongs to another Raft
                           ///< configuration
  foreign_datacenter,      ///< a server of an unrelated datacenter
  nameless,                ///< shows no identity
  hoarder,                 ///< a client agent that exceeds its share and never reads an answer
  gossip_stranger,         ///< reaches the gossip ports without the key
  gossip_member,           ///< a member of the gossip pool, with its key
};
struct attack {
  attacker_kind kind = attacker_kind::uncertified_server;
  unsigned count = 1;
  duration pause = std::chrono::milliseconds(20); ///< between two acts of one attacker
};

struct topology {
  unsigned servers = 3; ///< named server1, server2, ...
  unsigned agents = 0;  ///< client agents, named agent1, agent2, ...
  /// Each with as many of both. Clients and faults are in the first one, dc1; the nodes of the others, dc2, dc3, ...,
  /// are named dc2-server1 and so on.
  unsigned datacenters = 1;
  /// The common options of servers and agents; names, addresses and counts are generated.
  node_options node;
  network_behaviour lines;
  gossip_behaviour packets;
};

/// A simulated world: its nodes, their workloads, its faults, and its length.
struct scenario {
  std::string name;
  std::string about; ///< what it provokes and what must hold, in a sentence or two
  topology who;
  std::vector<workload> work;
  /// Active from the servers' first agreement until the clients stop.
  std::vector<attack> attackers;
  /// Generates the faults from a generator of its own, seeded with the run's seed.
  std::function<fault_schedule(const scenario&, std::mt19937_64&)> faults;
  duration length = std::chrono::seconds(20);
  /// The time limit for recovery after the faults have stopped.
  duration settles_within = std::chrono::seconds(90);
};

/// All named scenarios, in listing order.
const std::vector<scenario>& scenarios();
/// Null if there is none with that name.
const scenario* find_scenario(std::string_view name);

} // namespace praetor::sim
