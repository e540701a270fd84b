#pragma once

#include "actors/connector.hpp"
#include "sim/world.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace praetor::sim {

/// How links behave when nothing is cut.
struct network_behaviour {
  duration fastest = std::chrono::microseconds(50), slowest = std::chrono::milliseconds(2);
  /// One message in this many takes as long as a retransmission; 0 = never.
  unsigned retransmit_every = 300;
  duration retransmission = std::chrono::milliseconds(200);
  /// One message in this many breaks its connection and is lost with all that is on its way; 0 = never.
  unsigned reset_every = 4000;
  duration connect_timeout = std::chrono::milliseconds(1000);
  /// A connection over which nothing gets through breaks after this long.
  duration silence = std::chrono::milliseconds(1100);
};

/// The connections between the nodes of a world: each carries bytes in order, with delays from the seed, until it
/// breaks. Directions can be cut one by one.
class network {
public:
  explicit network(sim::world& world, network_behaviour behaviour = {});
  ~network();

  /// The connector port of one life of a node. Nothing gets in or out once `plugged` is false.
  /// @param who what the node proves to others; its address is where it is reached
  std::shared_ptr<connector> plug_in(peer_identity who, std::shared_ptr<const bool> plugged);
  /// The node at this address went down: its connections break, seen by the others at once, as when a process is
  /// killed, or only by silence, as when a machine is.
  void lost(const std::string& address, bool silently);

  /// From now on nothing gets from one node (by id) to the other.
  void cut(const std::string& from, const std::string& to);
  /// All directions are open again; what was held on unbroken connections arrives.
  void heal();
  bool is_cut(const std::string& from, const std::string& to) const { return cuts_.contains({from, to}); }

  std::uint64_t messages() const { return messages_; }
  std::uint64_t connections() const { return made_; }
  std::uint64_t broken() const { return broken_; }

private:
  class port;
  class connection;
  friend class port;
  friend class connection;

  duration delay();
  void open(const std::shared_ptr<port>& from, const known_server& to,
            std::function<void(expected<rpc_gateway_actor>)> done);
  void forget(std::uint64_t number);

  sim::world& world_;
  network_behaviour behaviour_;
  std::map<std::string, std::weak_ptr<port>> ports_; ///< by address, the newest life
  std::map<std::uint64_t, std::shared_ptr<connection>> open_;
  std::set<std::pair<std::string, std::string>> cuts_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::uint64_t made_ = 0, messages_ = 0, broken_ = 0;
};

} // namespace praetor::sim
