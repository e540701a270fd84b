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

/// The behaviour of undisturbed links.
struct network_behaviour {
  duration fastest = std::chrono::microseconds(50), slowest = std::chrono::milliseconds(2);
  /// One message in this many is retransmitted; 0: none.
  unsigned retransmit_every = 300;
  duration retransmission = std::chrono::milliseconds(200);
  /// One message in this many breaks its connection and is lost with all messages in transit; 0: none.
  unsigned reset_every = 4000;
  duration connect_timeout = std::chrono::milliseconds(1000);
  /// A connection without any progress breaks after this time.
  duration silence = std::chrono::milliseconds(1100);
  /// Bandwidth of one direction of a link; 0: unlimited.
  double bytes_a_second = 0;
};

/// Observes each arriving message: send time, sender and receiver (names), kind as in rpc_kind, size.
using message_observer = std::function<void(duration sent, const std::string& from, const std::string& to,
                                            std::uint16_t kind, std::size_t bytes)>;

/// Observes each envelope that an agent sends to another's gateway, on arrival.
using message_tap = std::function<void(const envelope& e)>;

/// One end of a connection that no agent owns: its owner may send anything. A no-op once the connection has ended.
class loose_line {
public:
  virtual ~loose_line() = default;
  virtual bool open() const = 0;
  /// Sends a request with any number; remoting passes those from 1 to 2^62.
  virtual void request(std::uint64_t number, envelope e) = 0;
  virtual void message(envelope e) = 0;
  /// Sends an answer, although the peer never sends requests over this connection.
  virtual void answer(std::uint64_t number, envelope e) = 0;
  /// Sends a request whose connection ends before the gateway handles it.
  virtual void last_request(std::uint64_t number, envelope e) = 0;
  virtual void close() = 0;
};
using loose_line_ptr = std::shared_ptr<loose_line>;

/// The name of a message kind in reports.
std::string_view name_of_message(std::uint16_t kind);

/// The connections between the nodes of a world: ordered byte streams, with delays from the seed, that may break.
/// Packet loss delays messages, like retransmissions.
class network {
public:
  network(sim::world& world, wires& cables, network_behaviour behaviour = {});
  ~network();

  /// The connector port of one life of a node. Nothing passes once `plugged` is false.
  /// @param on the node's host
  /// @param who the node's proven identity; its address is where it is reachable
  std::shared_ptr<connector> plug_in(sim::host& on, peer_identity who, std::shared_ptr<const bool> plugged);
  /// Connects a peer that is not an agent, with the identity `who`, to the gateway at an address.
  /// @param answered called for each answer, with its request number
  /// @param done receives the line; null if no one listens there
  void dial(peer_identity who, const std::string& to, std::function<void(std::uint64_t, envelope)> answered,
            std::function<void(loose_line_ptr)> done);
  /// The node at this address went down: its connections break, either at once for the others, as when a process is
  /// killed, or only by silence, as when a host goes down.
  void lost(const std::string& address, bool silently);

  /// The host was suspended or resumed: its connections are silent meanwhile.
  void paused(const std::string& host);
  /// Breaks all connections between the host (by IP address) and others, like a firewall's reset.
  void reset(const std::string& host);
  void watch(message_observer observer) { observer_ = std::move(observer); }
  /// Lets `listener` overhear what agents send to gateways.
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
  /// Connects to the agent at an address. @param id the expected id; "": any
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
