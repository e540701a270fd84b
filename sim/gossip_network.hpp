#pragma once

#include "actors/gossip_port.hpp"
#include "sim/world.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace praetor::sim {

/// How packets fare when nothing is cut.
struct gossip_behaviour {
  duration fastest = std::chrono::microseconds(50), slowest = std::chrono::milliseconds(5);
  unsigned lose_one_in = 50;    ///< packets; 0 = never
  unsigned double_one_in = 200; ///< packets; 0 = never
};

/// What gossip travels over in a world: packets that are late, lost or doubled, and exchanges over streams.
class gossip_network {
public:
  explicit gossip_network(sim::world& world, gossip_behaviour behaviour = {});

  /// The sockets of one life of a member. Nothing gets in or out once `plugged` is false.
  /// @param address "ip:port"
  std::shared_ptr<const gossip_port> plug_in(const std::string& address, std::shared_ptr<const bool> plugged);

  /// From now on nothing gets from one address to the other.
  void cut(const std::string& from, const std::string& to) { cuts_.emplace(from, to); }
  void heal() { cuts_.clear(); }

private:
  class packets;
  class streams;
  struct place {
    std::weak_ptr<packets> datagrams;
    std::weak_ptr<streams> exchanges;
    std::shared_ptr<const bool> plugged;
    bool reachable() const { return plugged && *plugged; }
  };

  bool passes(const std::string& from, const std::string& to) const;
  duration delay() { return world_.between(behaviour_.fastest, behaviour_.slowest); }

  sim::world& world_;
  gossip_behaviour behaviour_;
  std::map<std::string, place> places_; ///< by address
  std::set<std::pair<std::string, std::string>> cuts_;
};

} // namespace praetor::sim
