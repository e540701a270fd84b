#pragma once

#include "actors/ports/probe_attempt.hpp"
#include "protocol/base/url.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>

namespace praetor {

using tls_stream = boost::asio::ssl::stream<boost::beast::tcp_stream&>;

/// TLS over a connected stream, which must outlive it.
class tls_layer {
public:
  tls_layer(boost::beast::tcp_stream& below, const tls_context& context);
  tls_stream& stream() { return stream_; }

private:
  boost::asio::ssl::context context_;
  tls_stream stream_;
};

/// A system error in Go's words: "connection refused".
std::string system_error_text(const boost::system::error_code& error);
/// The error of a read: "read tcp 127.0.0.1:4711->127.0.0.1:80: read: connection reset by peer".
std::string connection_error_text(boost::beast::tcp_stream& socket, const boost::system::error_code& error);
/// "lookup example.invalid on 10.0.0.1:53: no such host"
std::string lookup_error_text(const probe_world& world, const std::string& host,
                              const boost::system::error_code& error);

/// The numeric address and port; port 0 if they are not numeric.
std::pair<boost::asio::ip::address, std::uint16_t> literal_address(const std::string& host, const std::string& port);

// Arguments of the coroutines must outlive them.

/// Resolves a host. Asio resolves one name at a time and can't cancel a lookup with its coroutine; a lookup whose
/// result is no longer needed is skipped when its turn comes.
template <class Resolver>
boost::asio::awaitable<typename Resolver::results_type>
look_up(Resolver& resolver, const std::string& host, const std::string& port, boost::system::error_code& failed) {
  // Numeric addresses bypass the queue of lookups.
  if (auto known = literal_address(host, port); known.second != 0) {
    typename Resolver::endpoint_type endpoint(known.first, known.second);
    co_return Resolver::results_type::create(endpoint, host, port);
  }
  auto state = co_await boost::asio::this_coro::cancellation_state;
  state.slot().assign([&resolver](boost::asio::cancellation_type) { resolver.cancel(); });
  auto [error, found] = co_await resolver.async_resolve(host, port, boost::asio::as_tuple(boost::asio::use_awaitable));
  state.slot().clear();
  failed = error;
  co_return found;
}

/// Connects to the first address of the host that accepts. Divides the time among several addresses.
/// @returns empty, or the error text
boost::asio::awaitable<std::string> dial(probe_world& world, boost::beast::tcp_stream& stream, const host_and_port& to,
                                         nanoseconds timeout);

/// @param name the name that the certificate must match; skip_verify: accepts any certificate
/// @param protocol offered to the server (ALPN, RFC 7301); empty: none
/// @returns empty, or the error text
boost::asio::awaitable<std::string> shake_hands(tls_stream& stream, const std::string& name, bool skip_verify,
                                                std::string_view protocol = {});

} // namespace praetor
