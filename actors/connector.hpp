#pragma once

#include "actors/membership.hpp"
#include "protocol/actors.hpp"
#include "protocol/types/error.hpp"

#include <functional>
#include <optional>
#include <string>

namespace praetor {

/// Who is at the other end of a connection.
struct peer_identity {
  std::string id, name, datacenter;
  std::string address; ///< "ip:port", for the log
  bool server = false;
  bool verified = false; ///< a certificate of the configured authority said so
};

/// The port through which agents reach each other's rpc_gateway: remoting, or the simulator's network.
/// Never blocks; callbacks run on any thread.
class connector {
public:
  virtual ~connector() = default;

  /// Connects within the connect time-out and proves who answers. `done` runs once, with the handle of the gateway over
  /// there; it goes down (DOWN message) when the connection breaks, or when nothing has been heard of the other process
  /// for about a second. Each connection gives a new handle.
  virtual void connect(const known_server& to, std::function<void(expected<rpc_gateway_actor>)> done) = 0;
  /// Ends the connection behind a handle.
  virtual void disconnect(const rpc_gateway_actor& gateway) = 0;
  /// So many bytes are about to be sent to the handle; `unsent` counts them from now on.
  virtual void sending(const rpc_gateway_actor&, std::size_t) {}
  /// Bytes that were sent to the handle and are not yet with the other side.
  virtual std::size_t unsent(const rpc_gateway_actor& gateway) const = 0;
  /// From now on, who connects here reaches this gateway. A second call replaces the first.
  virtual expected<void> publish(const rpc_gateway_actor& gateway) = 0;
  /// Who sent a message that the own gateway is handling; nothing for senders in this process.
  virtual std::optional<peer_identity> peer_of(const caf::strong_actor_ptr& sender) const = 0;
};

} // namespace praetor
