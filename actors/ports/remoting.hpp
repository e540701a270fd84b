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

/// What server RPC needs to know of the agent.
struct remoting_settings {
  std::string id, name, datacenter;
  bool server = false;              ///< others may connect here
  std::string address;              ///< IP to listen on
  std::uint16_t port = 0;           ///< 0: the system chooses
  std::string source_address;       ///< IP from which servers are reached; empty: the system chooses
  std::size_t most_per_address = 0; ///< connections of one IP; 0: any number
  std::size_t most_in_total = 0;    ///< connections of all; 0: any number
  std::shared_ptr<const remoting_tls> tls;
  /// The gossip keys, by which peers show that they belong to the cluster; null until they are known, and so long no
  /// connection is made. No function: there is no gossip pool.
  std::function<gossip_secret_ptr()> secret;

  std::chrono::milliseconds handshake_time{5000}; ///< in which who connects has to say who it is
  std::chrono::milliseconds dial_time{3000};      ///< in which a server has to be reached and has to have answered
  /// A side that has nothing to say says so after this time ...
  std::chrono::milliseconds server_silence{200}, client_silence{1000};
  /// ... and a side that has not been heard of for so long is gone. Connections of two servers, and of client agents.
  std::chrono::milliseconds server_loss{1000}, client_loss{4000};
};

expected<remoting_settings> remoting_settings_of(const config::runtime_config& config, const std::string& node_id);

/// Loads what `remoting` needs into an actor system that is about to start.
void prepare_remoting(caf::actor_system_config& config);

/// Server RPC over sockets: CAF's remoting behind a listener and connections of its own, with TLS whose names are
/// checked, time-outs, a greeting that establishes who is there, and nothing but the gateway in reach.
class remoting final : public connector {
public:
  /// Binds the server's port; nobody is served before `publish`.
  /// @param system with `prepare_remoting`; outlives this
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

  /// TLS and limits for connections that begin from now on; those there are stay.
  void reload(const remoting_settings& settings);
  /// Ends all connections and the listener. The actor system may end after it.
  void stop();
  /// Where it listens; 0 if it does not.
  std::uint16_t port() const;
  /// Connections that are admitted and not known to be broken.
  std::size_t connections() const;

private:
  std::shared_ptr<remoting_core> core_;
};

} // namespace praetor
