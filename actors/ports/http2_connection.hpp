#pragma once

#include "actors/ports/http2_session.hpp"
#include "actors/ports/probe_dial.hpp"

#include <functional>
#include <optional>

namespace praetor {

/// Where an HTTP/2 connection goes.
struct http2_target {
  host_and_port address;
  bool tls = false;
  std::string tls_server_name; ///< the name that the certificate must match; empty: the host
  bool tls_skip_verify = false;
  nanoseconds timeout{0}; ///< only divides the time among the addresses of a host; the caller enforces the timeout
};

/// Carries one HTTP/2 session over TCP or TLS.
class http2_connection {
public:
  /// How far the connection has come.
  enum class phase { dialling, handshake, open };

  explicit http2_connection(probe_world& world) : world_(world), tcp_(world.context) {}

  http2_session& session() { return session_; }
  phase reached() const { return phase_; }

  /// Connects. @returns empty, or the error text
  boost::asio::awaitable<std::string> open(const http2_target& target);
  /// Sends what the session has to send and receives until `done`. @returns empty, or the error text
  boost::asio::awaitable<std::string> run(std::function<bool()> done);

private:
  template <class Stream>
  boost::asio::awaitable<std::string> converse(Stream& stream, std::function<bool()> done);

  probe_world& world_;
  http2_session session_;
  boost::beast::tcp_stream tcp_;
  std::optional<tls_layer> tls_;
  phase phase_ = phase::dialling;
};

} // namespace praetor
