#pragma once

#include "actors/complaint_limit.hpp"
#include "actors/ports/remoting.hpp"
#include "actors/ports/remoting_handshake.hpp"
#include "actors/ports/remoting_scribe.hpp"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace praetor {

/// The thread of `remoting`: accepts, runs handshakes, and monitors the connections handed to CAF.
class remoting_core : public std::enable_shared_from_this<remoting_core> {
public:
  using connected = std::function<void(expected<remote_gateway_actor>)>;

  remoting_core(caf::actor_system& system, remoting_settings settings, logger_ptr log);
  ~remoting_core();
  remoting_core(const remoting_core&) = delete;
  remoting_core& operator=(const remoting_core&) = delete;

  expected<void> open();
  void connect(known_server to, caf::actor_id sender, connected done);
  expected<void> publish(const rpc_gateway_actor& gateway);
  void reload(const remoting_settings& settings);
  void stop();
  remoting_scribe_ptr find(const caf::node_id& alias) const;
  remoting_scribe_ptr find(std::uint64_t connection) const;
  std::uint16_t port() const { return port_; }
  std::size_t connections() const;

private:
  using tcp = boost::asio::ip::tcp;
  using steady = std::chrono::steady_clock;

  boost::asio::awaitable<void> accept_all();
  boost::asio::awaitable<void> admit(tcp::socket socket, tcp::endpoint from);
  boost::asio::awaitable<void> dial(known_server to, caf::actor_id sender, connected done);
  boost::asio::awaitable<expected<remoting_scribe_ptr>> reach(const known_server& to, caf::actor_id sender);
  /// Hands an authenticated connection to CAF. @returns null once stopped
  /// @param target the gateway, or the actor that sends over a dialled connection
  remoting_scribe_ptr make_scribe(handshake_wire& wire, const admitted_peer& peer, const tcp::endpoint& where,
                                  bool dialled, caf::actor_id target);
  /// Why this address may not open another unidentified connection; empty if it may.
  std::string crowded(const std::string& ip) const;
  /// Connects to the server's listener from the local address that others know.
  boost::asio::awaitable<boost::system::error_code> open_towards(handshake_wire& wire, const tcp::endpoint& where);
  /// Notifies the gateway that the connection has ended.
  void ended(std::uint64_t connection);
  void ask_for_gateway(remoting_scribe_ptr scribe, connected done);
  own_side own() const;
  remoting_settings settings() const;
  void complain(const std::string& address, const std::string& text);
  /// Sends heartbeats to idle peers, closes connections to silent ones, removes ended ones.
  void sweep();
  void enter(const std::string& address);
  /// The connection has identified itself.
  void introduce(const std::string& address);
  void leave(const std::string& address, bool introduced);

  caf::actor_system& system_;
  logger_ptr log_;
  caf::actor broker_;
  boost::asio::io_context context_;
  tcp::acceptor acceptor_;
  boost::asio::steady_timer sweeper_;
  std::uint16_t port_ = 0;
  std::thread thread_;

  // Used by the thread only.
  struct crowd {
    std::size_t connections = 0; ///< accepted from an IP
    std::size_t unknown = 0;     ///< those that are unidentified
  };
  std::unordered_map<std::string, crowd> by_address_;
  crowd all_; ///< the total of all addresses
  complaint_limit complaints_;
  std::uint64_t last_connection_ = 0;
  bool accepting_ = false, sweeping_ = false;

  std::shared_ptr<fair_share> memory_;

  mutable std::mutex mutex_;
  remoting_settings settings_;
  rpc_gateway_actor gateway_;
  struct entry {
    remoting_scribe_ptr scribe;
    std::string from; ///< the IP that it counts for; empty if dialled
  };
  std::unordered_map<caf::node_id, entry> table_;
  bool stopped_ = false;
};

} // namespace praetor
