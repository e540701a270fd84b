#include "actors/ports/probe_dial.hpp"

#include "actors/ports/as_tuple.hpp"
#include <algorithm>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>
#include <charconv>
#include <cstring>
#include <openssl/ssl.h>

namespace praetor {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

namespace {

bool is_address(const std::string& text) {
  boost::system::error_code failed;
  asio::ip::make_address(text, failed);
  return !failed;
}

} // namespace

std::string system_error_text(const boost::system::error_code& error) {
  if (error == beast::error::timeout) return "i/o timeout";
  if (error == asio::error::eof) return "EOF";
  if (error.category() == boost::system::system_category()) return lower_case(std::strerror(error.value()));
  return error.message();
}

std::string connection_error_text(beast::tcp_stream& socket, const boost::system::error_code& error) {
  if (error.category() != boost::system::system_category()) return system_error_text(error);
  boost::system::error_code ignored;
  auto address = [](const auto& e) { return join_host_port(e.address().to_string(), std::to_string(e.port())); };
  return "read tcp " + address(socket.socket().local_endpoint(ignored)) + "->" +
         address(socket.socket().remote_endpoint(ignored)) + ": read: " + system_error_text(error);
}

std::string lookup_error_text(const probe_world& world, const std::string& host,
                              const boost::system::error_code& error) {
  auto where = "lookup " + host + " on " + world.nameserver + ": ";
  if (error == asio::error::host_not_found || error == asio::error::no_data) return where + "no such host";
  if (error == asio::error::host_not_found_try_again) return where + "server misbehaving";
  if (error == asio::error::service_not_found) return "unknown port";
  return where + system_error_text(error);
}

std::pair<asio::ip::address, std::uint16_t> literal_address(const std::string& host, const std::string& port) {
  boost::system::error_code failed;
  auto address = asio::ip::make_address(host, failed);
  std::uint16_t number = 0;
  auto [end, wrong] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (failed || wrong != std::errc{} || end != port.data() + port.size()) return {};
  return {address, number};
}

asio::awaitable<std::string> dial(probe_world& world, beast::tcp_stream& stream, const host_and_port& to,
                                  nanoseconds timeout) {
  auto deadline = std::chrono::steady_clock::now() + timeout;
  // An empty host means the local one.
  bool nowhere = to.host.empty();
  tcp::resolver resolver(world.context);
  auto host = nowhere ? std::string("127.0.0.1") : to.host;
  boost::system::error_code unknown;
  auto found = co_await look_up(resolver, host, to.port, unknown);
  if (unknown) co_return "dial tcp: " + lookup_error_text(world, to.host, unknown);

  std::string first_error;
  auto left = static_cast<std::int64_t>(found.size());
  for (const auto& entry : found) {
    auto share = (deadline - std::chrono::steady_clock::now()) / std::max(left--, std::int64_t{1});
    stream.expires_after(std::max(std::chrono::duration_cast<nanoseconds>(share), nanoseconds{1}));
    auto [failed] = co_await stream.async_connect(entry.endpoint(), as_tuple);
    stream.expires_never();
    if (!failed) co_return std::string();
    if (!first_error.empty()) continue;
    auto where = nowhere
                     ? ":" + to.port
                     : join_host_port(entry.endpoint().address().to_string(), std::to_string(entry.endpoint().port()));
    first_error =
        "dial tcp " + where + ": " + (failed == beast::error::timeout ? "" : "connect: ") + system_error_text(failed);
  }
  co_return first_error;
}

namespace {

ssl_ctx_st* shared(const tls_context& context) {
  SSL_CTX_up_ref(context.get());
  return context.get();
}

} // namespace

tls_layer::tls_layer(beast::tcp_stream& below, const tls_context& context)
    : context_(shared(context)), stream_(below, context_) {}

asio::awaitable<std::string> shake_hands(tls_stream& stream, const std::string& name, bool skip_verify,
                                         std::string_view protocol) {
  if (!protocol.empty()) {
    auto offer = static_cast<char>(protocol.size()) + std::string(protocol);
    SSL_set_alpn_protos(stream.native_handle(), reinterpret_cast<const unsigned char*>(offer.data()),
                        static_cast<unsigned>(offer.size()));
  }
  if (!name.empty() && !is_address(name)) SSL_set_tlsext_host_name(stream.native_handle(), name.c_str());
  auto [failed] = co_await stream.async_handshake(asio::ssl::stream_base::client, as_tuple);
  if (failed == asio::ssl::error::stream_truncated) co_return std::string("EOF");
  if (failed) {
    bool from_tls = failed.category() == asio::error::get_ssl_category();
    co_return handshake_error(failed.value(), from_tls, system_error_text(failed));
  }
  co_return skip_verify ? std::string() : judge_certificate(stream.native_handle(), name);
}

} // namespace praetor
