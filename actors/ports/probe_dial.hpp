#pragma once

#include "actors/ports/probe_attempt.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>

namespace praetor {

using tls_stream = boost::asio::ssl::stream<boost::beast::tcp_stream&>;

struct host_and_port {
  std::string host, port;
};
/// "host:port" or "[v6]:port". @returns what is wrong, or empty
std::string split_address(const std::string& address, host_and_port& out);
/// Joins again, with brackets where they are needed.
std::string join_address(const std::string& host, const std::string& port);

/// An error of the system in the words that operators know: "connection refused".
std::string system_error_text(const boost::system::error_code& error);
/// "lookup example.invalid on 10.0.0.1:53: no such host"
std::string lookup_error_text(const probe_world& world, const std::string& host,
                              const boost::system::error_code& error);

// The coroutines' arguments have to live until they end.

/// Connects to the first address of the host that takes the connection. None of several may use up all of the time.
/// @returns empty, or the error text
boost::asio::awaitable<std::string> dial(probe_world& world, boost::beast::tcp_stream& stream, const host_and_port& to,
                                         nanoseconds timeout);

/// @param name whom the certificate has to name; skip_verify: whoever it is
/// @returns empty, or the error text
boost::asio::awaitable<std::string> shake_hands(tls_stream& stream, const std::string& name, bool skip_verify);

} // namespace praetor
