#pragma once

#include "protocol/raft/types.hpp"
#include "sim/scenario.hpp"
#include "sim/wires.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace praetor::sim {

/// The networks of a world, shared by all datacenters.
struct fabric {
  fabric(sim::world& world, const topology& who)
      : lines(world, wires, who.lines), packets(world, who.packets, &wires) {}
  sim::wires wires;
  network lines;
  gossip_network packets;
};

/// The nodes of one datacenter of a topology. Restarts nodes that are down and not held, like a supervisor.
class cluster {
public:
  /// @param datacenter number, from 1
  cluster(sim::world& world, sim::fabric& between, const topology& who, unsigned datacenter = 1);
  /// Stops all agents.
  ~cluster();

  /// Servers first.
  const std::vector<node*>& nodes() const { return all_; }
  const std::vector<node*>& servers() const { return servers_; }
  std::vector<node*> agents() const;
  /// Null if there is no node with this name.
  node* named(const std::string& name) const;
  /// A leader that may answer reads; null if there is none.
  node* leader() const;

  /// A new server that will join the others; not started.
  node& add_server();
  /// Starts the node if it is down and not held; retries while its disk prevents the start.
  void bring_up(node& n);
  /// Keeps the node down until each hold is released.
  void hold(node& n) { ++held_[&n]; }
  void release(node& n);
  /// @param silently connections do not break: others notice by silence
  void stop(node& n, bool silently);
  /// Removes the host permanently from the cluster.
  void remove(node& n);
  /// Whether the others can continue, and no acknowledged write is lost, without this server's disk.
  bool can_do_without(const node& n) const;
  /// The Raft members according to the server's disk.
  raft::configuration members(node& n) const;

  /// All nodes are up, and the servers have applied the same index.
  bool agree() const;
  std::size_t under_way() const;

  sim::fabric& fabric() { return fabric_; }

  /// Reports what a disk failure does not explain: an agent that gives up, or does not start.
  std::function<void(const std::string&)> complain;
  std::function<void(node&)> before_stop, after_start, after_stop;

private:
  node& make(bool server, unsigned number);

  sim::world& world_;
  sim::fabric& fabric_;
  topology who_;
  unsigned datacenter_;
  std::vector<std::unique_ptr<node>> owned_;
  std::vector<node*> all_, servers_;
  std::map<const node*, unsigned> held_;
  std::set<const node*> retrying_;
};

} // namespace praetor::sim
