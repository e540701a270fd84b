// The only file that includes Beast, which compiles slowly.
#include "frontends/cli/http_client.hpp"

#include "actors/ports/http_answer.hpp"
#include "actors/ports/tls/certificates.hpp"
#include "frontends/cli/command.hpp"
#include "frontends/cli/dial.hpp"
#include "frontends/cli/tls_context.hpp"
#include "protocol/base/url.hpp"
#include "protocol/types/values.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cerrno>
#include <limits>
#include <sys/socket.h>

namespace praetor::cli {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

using plain_stream = asio::generic::stream_protocol::socket;
using tls_stream = asio::ssl::stream<plain_stream>;

/// A method's name in Go's error texts: "Get".
std::string operation_name(const std::string& method) {
  auto name = lower_case(method);
  if (!name.empty()) name[0] = static_cast<char>(std::toupper(name[0]));
  return name;
}

tl::unexpected<error> failed_request(const endpoint& where, const http_request& request, error why) {
  return tl::unexpected(
      with_context(operation_name(request.method) + " \"" + request_url(where, request) + "\"", std::move(why)));
}

/// Whether a proxy interprets the request instead of tunnelling it (absolute form, RFC 9112 3.2.2).
bool takes_absolute_form(const endpoint& where) { return where.proxy && where.scheme == "http"; }

/// Connects to the endpoint or to its proxy.
expected<int> dial_first_hop(const endpoint& where, cancellation* cancel) {
  if (!where.proxy) return dial(where, cancel);
  if (auto no = praetor::refusal(*where.proxy); !no.empty()) return fail(no);
  endpoint proxy;
  proxy.host = join_host_port(where.proxy->host, where.proxy->port);
  auto descriptor = dial(proxy, cancel);
  if (!descriptor) return fail(proxy_error(descriptor.error().text));
  return descriptor;
}

http::request<http::string_body> wire_request(const endpoint& where, const http_request& request) {
  http::request<http::string_body> wire;
  wire.version(11);
  wire.method_string(request.method);
  wire.target(takes_absolute_form(where) ? request_url(where, request) : request_target(where, request));
  wire.set(http::field::host, where.host);
  wire.set(http::field::user_agent, "praetor");
  for (auto& [name, value] : request.headers) wire.set(name, value);
  if (takes_absolute_form(where) && !where.proxy->authorization.empty())
    wire.set(http::field::proxy_authorization, where.proxy->authorization);
  wire.body() = request.body;
  if (!request.body.empty() || request.method == "PUT" || request.method == "POST") wire.prepare_payload();
  return wire;
}

http_response take_head(const http::response<http::string_body>& wire) {
  http_response response;
  response.status = static_cast<int>(wire.result_int());
  for (auto& header : wire) {
    auto name = header.name_string(), value = header.value();
    response.headers[lower_case({name.data(), name.size()})] = std::string(value);
  }
  return response;
}

} // namespace

struct http_client::connection {
  asio::io_context io;
  std::unique_ptr<asio::ssl::context> tls_context;
  std::unique_ptr<plain_stream> plain;
  std::unique_ptr<tls_stream> tls;
  beast::flat_buffer buffer;
  std::string certificate_error; ///< of a rejected certificate
  bool drop = false;             ///< do not reuse; closed once no one can cancel it any more

  plain_stream* socket() { return tls ? &tls->next_layer() : plain.get(); }
  int descriptor() { return socket() ? socket()->native_handle() : -1; }
  bool is_open() { return socket() != nullptr; }
  void close() {
    tls.reset();
    plain.reset();
    buffer.clear();
    drop = false;
  }

  /// An idle connection is dead if anything is readable: the end, or a final message of the server.
  bool stale() {
    char byte;
    auto got = ::recv(descriptor(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }

  expected<void> open(const endpoint& where, cancellation* cancel) {
    auto descriptor = dial_first_hop(where, cancel);
    if (!descriptor) return tl::make_unexpected(descriptor.error());
    auto socket = std::make_unique<plain_stream>(io);
    int family = where.unix_path.empty() ? AF_INET : AF_UNIX;
    socket->assign(asio::generic::stream_protocol(family, 0), *descriptor);
    if (where.scheme == "https")
      tls = std::make_unique<tls_stream>(std::move(*socket), *tls_context);
    else
      plain = std::move(socket);
    return {};
  }

  /// Turns the connection to the proxy into one to the endpoint.
  expected<void> open_tunnel(const endpoint& where) {
    auto to = split_host(where);
    beast::error_code code;
    asio::write(*socket(), asio::buffer(tunnel_request(*where.proxy, to.host, to.port)), code);
    if (code) return fail(error_text(code, "write"));
    http_answer answer(true); // the server can't send before we do
    std::array<char, 1024> chunk;
    while (!answer.has_head()) {
      auto size = socket()->read_some(asio::buffer(chunk), code);
      auto good = answer.take({chunk.data(), size}, [](std::string_view) {});
      if (good && code && !answer.has_head())
        good = code == asio::error::eof ? answer.end() : fail(error_text(code, "read"));
      if (!good) return good;
    }
    auto refused = tunnel_refusal(answer.code(), answer.status());
    return refused.empty() ? expected<void>{} : fail(refused);
  }

  expected<void> handshake(const endpoint& where) {
    if (!tls) return {};
    if (where.proxy)
      if (auto opened = open_tunnel(where); !opened) return opened;
    auto host = where.unix_path.empty() ? split_host(where).host : "localhost";
    auto name = where.tls.server_name.empty() ? host : where.tls.server_name;
    prepare_ssl(tls->native_handle(), name);
    if (where.tls.verify)
      tls->set_verify_callback([this, name](bool trusted, asio::ssl::verify_context& context) {
        auto* verified = context.native_handle();
        if (!trusted)
          certificate_error =
              certificate_fault(X509_STORE_CTX_get0_cert(verified), X509_STORE_CTX_get_error(verified), name);
        return trusted;
      });
    beast::error_code code;
    tls->handshake(asio::ssl::stream_base::client, code);
    if (!code) return {};
    return failure(code, "read");
  }

  tl::unexpected<error> failure(const beast::error_code& code, const char* operation) {
    bool ended = code == http::error::end_of_stream || code == asio::error::eof ||
                 code == http::error::partial_message || code == asio::ssl::error::stream_truncated ||
                 (code.category() == asio::error::get_ssl_category() &&
                  ERR_GET_REASON(static_cast<unsigned long>(code.value())) == SSL_R_UNEXPECTED_EOF_WHILE_READING);
    return fail(ended ? error_code::disconnected : error_code::unspecified, error_text(code, operation));
  }

  std::string error_text(const beast::error_code& code, const char* operation) {
    if (code == http::error::end_of_stream || code == asio::error::eof) return "EOF";
    if (code == http::error::partial_message || code == asio::ssl::error::stream_truncated) return "unexpected EOF";
    if (code.category() == asio::error::get_ssl_category()) {
      auto reason = static_cast<unsigned long>(code.value());
      return ERR_GET_REASON(reason) == SSL_R_CERTIFICATE_VERIFY_FAILED ? certificate_error : tls_error_text(reason);
    }
    if (code.category() == boost::system::system_category()) return socket_error(descriptor(), operation, code.value());
    return "net/http: HTTP/1.x transport connection broken: " + code.message();
  }

  template <class Stream>
  expected<http_response> exchange(Stream& stream, const endpoint& where, const http_request& request,
                                   const std::function<bool(std::string_view)>* on_data) {
    beast::error_code code;
    auto wire = wire_request(where, request);
    http::write(stream, wire, code);
    // A server may respond before it has read everything, so after a broken pipe look for a response first.
    if (code && code != asio::error::broken_pipe) return failure(code, "write");
    http::response_parser<http::string_body> parser;
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());
    parser.eager(true);
    parser.skip(request.method == "HEAD");
    http::read_header(stream, buffer, parser, code);
    if (code) return failure(code, "read");
    auto response = take_head(parser.get());
    bool handing_over = on_data != nullptr && response.status == 200;
    auto hand_over = [&] {
      std::string piece;
      piece.swap(parser.get().body());
      return piece.empty() || (*on_data)(piece);
    };
    while (!parser.is_done()) {
      if (handing_over && !hand_over()) {
        drop = true;
        return response;
      }
      http::read_some(stream, buffer, parser, code);
      if (code) return failure(code, "read");
    }
    if (handing_over)
      hand_over();
    else
      response.body = std::move(parser.get().body());
    drop = !parser.get().keep_alive();
    return response;
  }
};

void cancellation::cancel() {
  std::lock_guard lock(mutex_);
  cancelled_ = true;
  news_.notify_all();
  if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
}

bool cancellation::cancelled() const {
  std::lock_guard lock(mutex_);
  return cancelled_;
}

bool cancellation::wait_for(std::chrono::nanoseconds length) const {
  std::unique_lock lock(mutex_);
  return news_.wait_for(lock, length, [this] { return cancelled_; });
}

void cancellation::attach(int descriptor) {
  std::lock_guard lock(mutex_);
  descriptor_ = descriptor;
  if (cancelled_) ::shutdown(descriptor, SHUT_RDWR);
}

void cancellation::detach() {
  std::lock_guard lock(mutex_);
  descriptor_ = -1;
}

http_client::http_client(endpoint where) : where_(std::move(where)), connection_(std::make_unique<connection>()) {}

http_client::~http_client() = default;

expected<std::unique_ptr<http_client>> http_client::open(endpoint where) {
  std::unique_ptr<http_client> client(new http_client(std::move(where)));
  auto& tls = client->where_.tls;
  bool wanted = client->where_.scheme == "https" || !tls.ca_file.empty() || !tls.ca_path.empty() ||
                !tls.client_cert.empty() || !tls.client_key.empty();
  if (wanted) {
    auto context = make_ssl_context(tls);
    if (!context) return tl::make_unexpected(context.error());
    SSL_CTX_up_ref(context->get());
    client->connection_->tls_context = std::make_unique<asio::ssl::context>(context->get());
  }
  return client;
}

expected<http_response> http_client::exchange(const http_request& request,
                                              const std::function<bool(std::string_view)>* on_data,
                                              cancellation* cancel) {
  auto& connection = *connection_;
  if (where_.host.empty()) return fail("http: no Host in request URL");
  if (cancel && cancel->cancelled()) return fail("context canceled");
  if (connection.is_open() && connection.stale()) connection.close();
  bool fresh = !connection.is_open();
  if (fresh)
    if (auto opened = connection.open(where_, cancel); !opened)
      return cancel && cancel->cancelled() ? fail("context canceled") : tl::make_unexpected(opened.error());
  if (cancel) cancel->attach(connection.descriptor());
  expected<http_response> response;
  if (auto ready = fresh ? connection.handshake(where_) : expected<void>{}; !ready)
    response = tl::make_unexpected(ready.error());
  else if (connection.tls)
    response = connection.exchange(*connection.tls, where_, request, on_data);
  else
    response = connection.exchange(*connection.plain, where_, request, on_data);
  if (cancel) cancel->detach();
  if (!response || connection.drop) connection.close();
  if (!response && cancel && cancel->cancelled()) return fail("context canceled");
  return response;
}

expected<http_response> http_client::send(const http_request& request, cancellation* cancel) {
  auto response = exchange(request, nullptr, cancel);
  if (!response) return failed_request(where_, request, response.error());
  return response;
}

expected<http_response> http_client::stream(const http_request& request,
                                            const std::function<bool(std::string_view)>& on_data,
                                            cancellation* cancel) {
  auto response = exchange(request, &on_data, cancel);
  if (!response) return failed_request(where_, request, response.error());
  return response;
}

} // namespace praetor::cli
