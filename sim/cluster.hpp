#pragma once

#include "sim/network.hpp"
#include "sim/node.hpp"
#include "sim/single_agent.hpp"

namespace praetor::sim {

/// Several servers, clients that ask any of them, crashes, cut lines and broken connections.
struct cluster_options {
  std::uint64_t seed = 1;
  unsigned servers = 3;
  duration length = std::chrono::seconds(20);
  /// Between two faults, on average; 0 = none.
  duration fault_interval = std::chrono::seconds(3);
  node_options node; ///< of each; names and addresses are made
  network_behaviour lines;
};

/// What `run_report` says, and what only several servers do.
struct cluster_report : run_report {
  std::uint64_t terms = 0;     ///< in which there was a leader
  std::uint64_t installed = 0; ///< snapshots taken over from a leader
  std::uint64_t messages = 0, connections = 0;
};

/// Runs the scenario; at its end all faults are mended, and the servers have to agree.
cluster_report run_cluster(const cluster_options& options);

} // namespace praetor::sim
