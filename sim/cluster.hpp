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

/// What connects the machines of a world, those of all datacenters.
struct fabric {
  fabric(sim::world& world, const topology& who)
      : lines(world, wires, who.lines), packets(world, who.packets, &wires) {}
  sim::wires wires;
  network lines;
  gossip_network packets;
};

/// The nodes of one datacenter of a topology. Who is down and may come up is started again, as a supervisor would.
class cluster {
public:
  /// @param datacenter its number, from 1
  cluster(sim::world& world, sim::fabric& between, const topology& who, unsigned datacenter = 1);
  /// Ends all agents.
  ~cluster();

  /// Servers first.
  const std::vector<node*>& nodes() const { return all_; }
  const std::vector<node*>& servers() const { return servers_; }
  std::vector<node*> agents() const;
  /// Null if there is none of that name.
  node* named(const std::string& name) const;
  /// One that leads and may answer reads; null if there is none.
  node* leader() const;

  /// A new server, not yet started, which will join the others.
  node& add_server();
  /// Starts the node if it is down and nobody holds it down; tries again while its disk is the reason that it can't.
  void bring_up(node& n);
  /// The node stays down until it is released as often as it was held.
  void hold(node& n) { ++held_[&n]; }
  void release(node& n);
  /// @param silently nobody is told: others notice by silence
  void stop(node& n, bool silently);
  /// The machine is gone for good, and no node of this cluster any more.
  void remove(node& n);
  /// True if all others can go on, and none of what was acknowledged is lost, without what is on this server's disk.
  bool can_do_without(const node& n) const;
  /// The Raft members as the server's disk has them.
  raft::configuration members(node& n) const;

  /// All are up, and the servers have applied the same.
  bool agree() const;
  std::size_t under_way() const;

  sim::fabric& fabric() { return fabric_; }

  /// What nobody can explain by a disk that fails: an agent that gives up, or does not start.
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
