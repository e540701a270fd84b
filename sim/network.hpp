#pragma once

#include "actors/connector.hpp"
#include "sim/wires.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
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
  /// What fits through one direction of a link; 0: as much as there is.
  double bytes_a_second = 0;
};

/// Told of each message that arrives: when it was sent, from and to whom (names), its kind as in rpc_kind, its size.
using message_observer = std::function<void(duration sent, const std::string& from, const std::string& to,
                                            std::uint16_t kind, std::size_t bytes)>;

/// What a message of this kind is called in reports.
std::string_view name_of_message(std::uint16_t kind);

/// The connections between the nodes of a world: each carries bytes in order, with delays from the seed, until it
/// breaks. Loss on the wires makes messages late, as retransmissions do.
class network {
public:
  network(sim::world& world, wires& cables, network_behaviour behaviour = {});
  ~network();

  /// The connector port of one life of a node. Nothing gets in or out once `plugged` is false.
  /// @param on where the node runs
  /// @param who what the node proves to others; its address is where it is reached
  std::shared_ptr<connector> plug_in(sim::machine& on, peer_identity who, std::shared_ptr<const bool> plugged);
  /// The node at this address went down: its connections break, seen by the others at once, as when a process is
  /// killed, or only by silence, as when a machine is.
  void lost(const std::string& address, bool silently);

  /// The machine stands still or goes on: its connections are silent meanwhile.
  void paused(const std::string& machine);
  /// Breaks all connections between the machine (by IP address) and others, as a firewall's reset does.
  void reset(const std::string& machine);
  void watch(message_observer observer) { observer_ = std::move(observer); }

  std::uint64_t messages() const { return messages_; }
  std::uint64_t connections() const { return made_; }
  std::uint64_t broken() const { return broken_; }
  std::uint64_t bytes() const { return bytes_; }

private:
  class port;
  class connection;
  friend class port;
  friend class connection;

  duration delay();
  void open(const std::shared_ptr<port>& from, const known_server& to,
            std::function<void(expected<remote_gateway_actor>)> done);
  void forget(std::uint64_t number);
  bool is_cut(const std::string& from, const std::string& to) const { return wires_.is_cut(from, to); }
  void wires_changed();

  sim::world& world_;
  wires& wires_;
  network_behaviour behaviour_;
  message_observer observer_;
  std::map<std::string, std::weak_ptr<port>> ports_; ///< by address, the newest life
  std::map<std::uint64_t, std::shared_ptr<connection>> open_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::uint64_t made_ = 0, messages_ = 0, broken_ = 0, bytes_ = 0;
};

} // namespace praetor::sim
