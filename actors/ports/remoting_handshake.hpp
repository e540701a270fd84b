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

/// A connection before remoting has it: a socket, TLS once it was shaken, and the time that is left.
class handshake_wire {
public:
  explicit handshake_wire(boost::asio::ip::tcp::socket socket)
      : socket_(std::move(socket)), timer_(socket_.get_executor()) {}
  ~handshake_wire() { *expired_ = true; }
  handshake_wire(const handshake_wire&) = delete;
  handshake_wire& operator=(const handshake_wire&) = delete;

  boost::asio::ip::tcp::socket& socket() { return socket_; }
  /// From now on everything has to be done within this time.
  void expires_after(std::chrono::milliseconds time);
  bool expired() const { return *expired_; }

  boost::asio::awaitable<expected<void>> shake(const tls_context& context, const std::string& name);
  boost::asio::awaitable<expected<void>> write(const std::string& bytes);
  boost::asio::awaitable<expected<std::string>> read(std::size_t size);
  /// The first bytes, which stay unread.
  boost::asio::awaitable<expected<std::string>> peek(std::size_t most);
  /// Says that nothing more will be written, and takes what the other side still sends: a socket that is closed over
  /// unread bytes takes back what was written last.
  boost::asio::awaitable<void> finish();
  ssl_st* session() const { return session_.get(); }
  /// Bytes that only the two ends of the TLS session know (RFC 5705); empty without TLS.
  std::string channel_binding() const;

  /// Gives the socket and its session away; the timer ends.
  int release(tls_session& session);

private:
  boost::asio::awaitable<expected<void>> wait(boost::asio::ip::tcp::socket::wait_type what);

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  tls_session session_;
  std::shared_ptr<bool> expired_ = std::make_shared<bool>(false);
};

/// What this agent says of itself, and how it judges others.
struct own_side {
  hello own;
  std::shared_ptr<const remoting_tls> tls;
  gossip_secret_ptr secret; ///< null: there is no gossip pool
  bool ready = true;        ///< false: the gossip keys are not known yet, nobody can be judged
};

struct admitted_peer {
  hello said;
  std::vector<std::string> names; ///< that its certificate is valid for, if the authority issued it
  bool certified_server = false;  ///< the certificate names a server of the datacenter
};

// Both sides greet with a hello. Where one demands it, the other proves that it knows a gossip key:
//   dialler  -> hello, nonce
//   acceptor -> hello, nonce if it demands a proof, its own proof if it has keys
//   dialler  -> hello, its proof            (only if there was a nonce)
//   acceptor -> hello: admitted, or why not (likewise)

/// The side that was connected to: decides whether the other may stay. Tells it why not, where possible.
boost::asio::awaitable<expected<admitted_peer>> admit_peer(handshake_wire& wire, own_side own);
/// The side that connects: proves that the server `to` answers.
boost::asio::awaitable<expected<admitted_peer>> greet_server(handshake_wire& wire, own_side own, known_server to);

} // namespace praetor
