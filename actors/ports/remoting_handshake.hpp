#pragma once

#include "actors/gossip/gossip_secret.hpp"
#include "actors/gossip/membership.hpp"
#include "actors/ports/remoting_hello.hpp"
#include "actors/ports/remoting_tls.hpp"
#include "actors/ports/tls/tls_session.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace praetor {

/// A connection before CAF takes it: a socket, TLS after its handshake, and the remaining time.
class handshake_wire {
public:
  explicit handshake_wire(boost::asio::ip::tcp::socket socket)
      : socket_(std::move(socket)), timer_(socket_.get_executor()) {}
  ~handshake_wire() { *expired_ = true; }
  handshake_wire(const handshake_wire&) = delete;
  handshake_wire& operator=(const handshake_wire&) = delete;

  boost::asio::ip::tcp::socket& socket() { return socket_; }
  /// Sets the deadline of all further operations.
  void expires_after(std::chrono::milliseconds time);
  bool expired() const { return *expired_; }

  boost::asio::awaitable<expected<void>> shake(const tls_context& context, const std::string& name);
  boost::asio::awaitable<expected<void>> write(const std::string& bytes);
  boost::asio::awaitable<expected<std::string>> read(std::size_t size);
  /// Reads the first bytes without consuming them.
  boost::asio::awaitable<expected<std::string>> peek(std::size_t most);
  /// Shuts down the sending side and drains what the peer still sends: closing a socket with unread bytes would discard
  /// the last bytes written (RST).
  boost::asio::awaitable<void> finish();
  ssl_st* session() const { return session_.get(); }
  /// Key material exported from the TLS session (RFC 5705), known only to its two ends; empty without TLS.
  std::string channel_binding() const;

  /// Releases the socket and its session; stops the timer.
  int release(tls_session& session);

private:
  boost::asio::awaitable<expected<void>> wait(boost::asio::ip::tcp::socket::wait_type what);

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  tls_session session_;
  std::shared_ptr<bool> expired_ = std::make_shared<bool>(false);
};

/// This agent's hello, and its criteria for peers.
struct own_side {
  hello own;
  std::shared_ptr<const remoting_tls> tls;
  gossip_secret_ptr secret; ///< null: there is no gossip pool
  bool ready = true;        ///< false: the gossip keys are not known yet, so no peer can be verified
};

struct admitted_peer {
  hello said;
  std::vector<std::string> names; ///< the names of its certificate, if the CA issued it
  bool certified_server = false;  ///< the certificate names a server of the datacenter
};

// Both sides send a hello. If one demands it, the other proves that it has a gossip key:
//   dialler  -> hello, nonce
//   acceptor -> hello, nonce if it demands a proof, its own proof if it has keys
//   dialler  -> hello, its proof            (only if there was a nonce)
//   acceptor -> hello: admitted, or the reason for rejection (likewise)

/// The acceptor: decides whether to admit the peer. Sends it the reason for a rejection where possible.
boost::asio::awaitable<expected<admitted_peer>> admit_peer(handshake_wire& wire, own_side own);
/// The dialler: verifies that the server `to` answers.
boost::asio::awaitable<expected<admitted_peer>> greet_server(handshake_wire& wire, own_side own, known_server to);

} // namespace praetor
