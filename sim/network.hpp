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

/// Told of each envelope that an agent sends to another's gateway, as it arrives.
using message_tap = std::function<void(const envelope& e)>;

/// One end of a connection that no agent holds: its owner says what it likes over it. Does nothing once the connection
/// has ended.
class loose_line {
public:
  virtual ~loose_line() = default;
  virtual bool open() const = 0;
  /// Asks under any number; remoting lets through those from 1 to 2^62.
  virtual void request(std::uint64_t number, envelope e) = 0;
  virtual void message(envelope e) = 0;
  /// An answer, although the other side never asks over this connection.
  virtual void answer(std::uint64_t number, envelope e) = 0;
  /// A request that is read from a connection which is at its end before the gateway takes it up.
  virtual void last_request(std::uint64_t number, envelope e) = 0;
  virtual void close() = 0;
};
using loose_line_ptr = std::shared_ptr<loose_line>;

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
  /// Connects somebody who is no agent, and whom the connection shows as `who`, to the gateway at an address.
  /// @param answered hears each answer with the number of its request
  /// @param done gets the line; null if nobody is there
  void dial(peer_identity who, const std::string& to, std::function<void(std::uint64_t, envelope)> answered,
            std::function<void(loose_line_ptr)> done);
  /// The node at this address went down: its connections break, seen by the others at once, as when a process is
  /// killed, or only by silence, as when a machine is.
  void lost(const std::string& address, bool silently);

  /// The machine stands still or goes on: its connections are silent meanwhile.
  void paused(const std::string& machine);
  /// Breaks all connections between the machine (by IP address) and others, as a firewall's reset does.
  void reset(const std::string& machine);
  void watch(message_observer observer) { observer_ = std::move(observer); }
  /// From now on, what agents say to gateways is overheard.
  void tap(message_tap listener) { tap_ = std::move(listener); }

  std::uint64_t messages() const { return messages_; }
  std::uint64_t connections() const { return made_; }
  std::uint64_t broken() const { return broken_; }
  std::uint64_t bytes() const { return bytes_; }

private:
  class port;
  class connection;
  class dialled_line;
  friend class port;
  friend class connection;

  duration delay();
  using made_callback = std::function<void(expected<std::shared_ptr<connection>>)>;

  void open(const std::shared_ptr<port>& from, const known_server& to,
            std::function<void(expected<remote_gateway_actor>)> done);
  /// Makes a connection to whoever is at an address. @param id who has to be there; "": anybody
  void make(const std::shared_ptr<port>& from, const std::string& to, const std::string& id, made_callback done);
  void forget(std::uint64_t number);
  bool is_cut(const std::string& from, const std::string& to) const { return wires_.is_cut(from, to); }
  void wires_changed();

  sim::world& world_;
  wires& wires_;
  network_behaviour behaviour_;
  message_observer observer_;
  message_tap tap_;
  std::map<std::string, std::weak_ptr<port>> ports_; ///< by address, the newest life
  std::map<std::uint64_t, std::shared_ptr<connection>> open_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::uint64_t made_ = 0, messages_ = 0, broken_ = 0, bytes_ = 0;
};

} // namespace praetor::sim
