#pragma once

#include "actors/gossip/membership.hpp"
#include "protocol/actors.hpp"
#include "protocol/types/error.hpp"

#include <functional>
#include <string>

namespace praetor {

/// The port through which agents reach each other's rpc_gateway: remoting, or the simulator's network. Never blocks;
/// callbacks run on any thread.
class connector {
public:
  virtual ~connector() = default;

  /// Connects within the connect timeout and authenticates the server. `done` runs once, with the handle of its
  /// gateway. The handle goes down (DOWN message) when the connection breaks, or after about a second without a sign of
  /// life. Each connection has a new handle.
  /// @param sender the only actor that sends over the connection and receives its answers; answers to others are
  ///   dropped
  virtual void connect(const known_server& to, caf::actor_id sender,
                       std::function<void(expected<remote_gateway_actor>)> done) = 0;
  /// Ends the connection behind a handle.
  virtual void disconnect(const remote_gateway_actor& gateway) = 0;
  /// Counts this many bytes as unsent before they are sent to the handle.
  virtual void sending(const remote_gateway_actor&, std::size_t) {}
  /// Bytes sent to the handle that the peer has not received yet.
  virtual std::size_t unsent(const remote_gateway_actor& gateway) const = 0;

  /// From now on, peers that connect here reach this gateway, and it hears (connection_ended) when a connection has
  /// ended. A second call replaces the first.
  virtual expected<void> publish(const rpc_gateway_actor& gateway) = 0;
  /// Whether the connection of this number (peer_identity::connection) still stands. Once it does not, the gateway has
  /// been sent its connection_ended.
  virtual bool is_open(std::uint64_t connection) const = 0;
  /// The gateway has processed this many bytes of the connection: as many more may be read from the peer.
  virtual void handled(std::uint64_t connection, std::size_t bytes) = 0;
};

} // namespace praetor
