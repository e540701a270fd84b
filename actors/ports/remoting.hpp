#pragma once

#include "actors/connector.hpp"
#include "actors/gossip/gossip_secret.hpp"
#include "actors/logger.hpp"
#include "actors/ports/remoting_tls.hpp"
#include "protocol/config/runtime_config.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace praetor {

class remoting_core;

/// The agent's settings for server RPC.
struct remoting_settings {
  std::string id, name, datacenter;
  bool server = false;              ///< accepts connections
  std::string address;              ///< listen address
  std::uint16_t port = 0;           ///< 0: chosen by the system
  std::string source_address;       ///< local IP of connections to servers; empty: chosen by the system
  std::size_t most_per_address = 0; ///< per remote IP; 0: unlimited
  std::size_t most_in_total = 0;    ///< total; 0: unlimited
  std::shared_ptr<const remoting_tls> tls;
  /// The gossip keys, with which peers prove their membership; null until they are known, and no connection is made
  /// until then. No function: there is no gossip pool.
  std::function<gossip_secret_ptr()> secret;

  std::chrono::milliseconds handshake_time{5000}; ///< timeout for an accepted connection to identify itself
  std::chrono::milliseconds dial_time{3000};      ///< timeout for dialling a server, including its answer
  /// An idle side sends a heartbeat after this time ...
  std::chrono::milliseconds server_silence{200}, client_silence{1000};
  /// ... and a peer that was silent for this time is considered gone. For connections between two servers, and of
  /// client agents.
  std::chrono::milliseconds server_loss{1000}, client_loss{4000};
};

expected<remoting_settings> remoting_settings_of(const config::runtime_config& config, const std::string& node_id);

/// Loads the modules of `remoting` into the configuration of an actor system.
void prepare_remoting(caf::actor_system_config& config);

/// Server RPC over sockets: CAF remoting behind its own listener and connections, with TLS host name checks, timeouts,
/// an authenticating handshake, and access to the gateway only.
class remoting final : public connector {
public:
  /// Binds the server port; accepts no one before `publish`.
  /// @param system configured with `prepare_remoting`; outlives this
  static expected<std::shared_ptr<remoting>> start(caf::actor_system& system, remoting_settings settings,
                                                   logger_ptr log);
  explicit remoting(caf::actor_system& system, remoting_settings settings, logger_ptr log);
  ~remoting() override;

  void connect(const known_server& to, caf::actor_id sender,
               std::function<void(expected<remote_gateway_actor>)> done) override;
  void disconnect(const remote_gateway_actor& gateway) override;
  void sending(const remote_gateway_actor& gateway, std::size_t bytes) override;
  std::size_t unsent(const remote_gateway_actor& gateway) const override;
  expected<void> publish(const rpc_gateway_actor& gateway) override;
  bool is_open(std::uint64_t connection) const override;
  void handled(std::uint64_t connection, std::size_t bytes) override;

  /// Applies TLS and limits to new connections; existing ones continue.
  void reload(const remoting_settings& settings);
  /// Closes all connections and the listener. Call before the actor system ends.
  void stop();
  /// The listening port; 0 if there is none.
  std::uint16_t port() const;
  /// The number of admitted connections, except those known to be broken.
  std::size_t connections() const;

private:
  std::shared_ptr<remoting_core> core_;
};

} // namespace praetor
