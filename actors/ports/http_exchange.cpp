#include "actors/ports/http_exchange.hpp"

#include "actors/ports/as_tuple.hpp"
#include "actors/ports/http_answer.hpp"
#include "protocol/codec/base64.hpp"
#include "protocol/types/secrets.hpp"
#include "storage/snapshot/gunzip.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/ssl.hpp>

namespace praetor {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

constexpr std::size_t most_requests = 10; ///< including redirects
constexpr std::size_t most_packed_bytes = 1 << 20;
constexpr std::uint64_t most_unpacked_bytes = 16 << 20;

/// The method as error texts name it: "Get" for "GET".
std::string verb(const std::string& method) { return method.substr(0, 1) + lower_case(method.substr(1)); }

bool is_token(const std::string& text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return std::isalnum(c) || marks.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

bool is_header_value(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return (c >= 0x20 && c != 0x7f) || c == '\t'; });
}

/// The fields of a request, in insertion order.
class request_fields {
public:
  void set(std::string name, std::string value) {
    erase(name);
    add(std::move(name), std::move(value));
  }
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  void erase(const std::string& name) {
    std::erase_if(fields_, [&](const auto& field) { return equal_fold(field.first, name); });
  }
  std::string value(const std::string& name) const {
    for (const auto& field : fields_)
      if (equal_fold(field.first, name)) return field.second;
    return {};
  }
  std::string text() const {
    std::string out;
    for (const auto& [name, value] : fields_) out.append(name).append(": ").append(value).append("\r\n");
    return out;
  }

private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

bool is_end(const boost::system::error_code& error) {
  return error == asio::error::eof || error == asio::ssl::error::stream_truncated;
}

/// Why a URL can't be requested; empty if it can.
std::string refusal(const parsed_url& url) {
  if (url.scheme != "http" && url.scheme != "https")
    return "unsupported protocol scheme " + praetor::quoted(url.scheme);
  return url.host.empty() ? "http: no Host in request URL" : "";
}

/// The URL without its password.
std::string shown(const parsed_url& url) {
  if (!url.password) return without_url_secrets(url.text);
  auto start = url.text.find("//") + 2;
  auto colon = url.text.find(':', start);
  auto at = url.text.substr(0, url.text.find_first_of("/?#", start)).rfind('@');
  auto out = url.text;
  return without_url_secrets(out.replace(colon + 1, at - colon - 1, "***"));
}

} // namespace

/// The next request of a redirect chain.
struct http_exchange::hop {
  std::string url, method, body, referer;
  bool same_host = true; ///< same host as the first request: send credentials and the given Host field
};

std::string http_exchange::failed(const std::string& why) const {
  return verb(call_.method) + " " + praetor::quoted(current_) + ": " + why;
}

asio::awaitable<std::string> http_exchange::carry_out() {
  hop next;
  next.url = call_.url;
  next.method = call_.method;
  next.body = call_.body;
  if (!is_token(call_.method)) co_return "net/http: invalid method " + praetor::quoted(call_.method);
  std::string first_host;
  for (std::size_t sent = 0;; ++sent) {
    auto url = parse_url(next.url);
    if (!url) co_return url.error();
    current_ = shown(*url);
    if (auto why = refusal(*url); !why.empty()) co_return failed(why);
    if (sent == 0) first_host = url->host_field;
    next.same_host = url->host_field == first_host;
    const auto* proxy = world_.proxies.proxy_for(url->scheme, url->host, url->port);
    auto message = compose(next, *url, proxy);
    if (!message) co_return failed(message.error().text);
    auto error = co_await exchange(*url, proxy, std::move(*message), next.method == "HEAD");
    if (!error.empty()) co_return failed(error);
    if (location_.empty()) co_return std::string();
    if (sent + 1 >= most_requests) {
      current_ = without_url_secrets(location_);
      co_return failed("stopped after 10 redirects");
    }
    follow(next, *url);
  }
}

/// @returns empty once the response is complete: the last one (body in `body_`) or a redirect (`location_`)
asio::awaitable<std::string> http_exchange::exchange(const parsed_url& url, const http_proxy* proxy,
                                                     std::string message, bool to_head) {
  beast::tcp_stream stream(world_.context);
  host_and_port to;
  to.host = proxy ? proxy->host : url.host;
  to.port = proxy ? proxy->port : url.port;
  std::string wrong;
  if (proxy) wrong = refusal(*proxy);
  if (!wrong.empty()) co_return wrong;
  wrong = co_await dial(world_, stream, to, call_.timeout);
  if (!wrong.empty()) co_return proxy ? proxy_error(wrong) : wrong;
  if (proxy && url.scheme == "https") wrong = co_await open_tunnel(stream, *proxy, url);
  if (!wrong.empty()) co_return wrong;
  if (url.scheme == "http") co_return co_await converse(stream, stream, std::move(message), to_head);
  auto context = tls_.context();
  if (!context) co_return context.error().text;
  tls_layer tls(stream, *context);
  auto name = call_.tls_server_name.empty() ? url.host : call_.tls_server_name;
  wrong = co_await shake_hands(tls.stream(), name, call_.tls_skip_verify);
  if (!wrong.empty()) co_return wrong;
  co_return co_await converse(tls.stream(), stream, std::move(message), to_head);
}

/// @returns empty once the tunnel through the proxy is open
asio::awaitable<std::string> http_exchange::open_tunnel(beast::tcp_stream& stream, const http_proxy& proxy,
                                                        const parsed_url& url) {
  auto wanted = tunnel_request(proxy, url.host, url.port);
  auto [unsent, written] = co_await asio::async_write(stream, asio::buffer(wanted), as_tuple);
  if (unsent) co_return connection_error_text(stream, unsent);
  http_answer answer(true); // the server can't send before we do
  std::array<char, 1024> chunk;
  while (!answer.has_head()) {
    auto [lost, size] = co_await stream.async_read_some(asio::buffer(chunk), as_tuple);
    auto good = answer.take({chunk.data(), size}, [](std::string_view) {});
    if (good && lost && !answer.has_head())
      good = is_end(lost) ? answer.end() : fail(connection_error_text(stream, lost));
    if (!good) co_return good.error().text;
  }
  co_return tunnel_refusal(answer.code(), answer.status());
}

template <class Stream>
asio::awaitable<std::string> http_exchange::converse(Stream& stream, beast::tcp_stream& socket, std::string message,
                                                     bool to_head) {
  auto [unsent, written] = co_await asio::async_write(stream, asio::buffer(message), as_tuple);
  // The peer may have responded and closed before reading the whole request: read its response.
  http_answer answer(to_head);
  bool asks_for_gzip = !to_head && takes_gzip(call_.method);
  std::array<char, 8192> chunk;
  location_.clear();
  while (!answer.is_done()) {
    auto [lost, size] = co_await stream.async_read_some(asio::buffer(chunk), as_tuple);
    bool had_head = answer.has_head();
    std::string piece; // of the body, whose framing the head determines
    if (size > 0)
      if (auto good = answer.take({chunk.data(), size}, [&piece](std::string_view bytes) { piece += bytes; }); !good)
        co_return good.error().text;
    if (answer.has_head() && !had_head) {
      code_ = answer.code();
      bool redirected = code_ == 301 || code_ == 302 || code_ == 303 || code_ == 307 || code_ == 308;
      if (redirected && call_.follow_redirects) location_ = answer.field("location");
      if (!location_.empty()) co_return std::string();
      status_ = answer.status();
      content_type_ = answer.field("content-type");
      answered_ = true;
      packed_ = asks_for_gzip && equal_fold(answer.field("content-encoding"), "gzip");
    }
    keep_body(piece);
    if (is_too_large()) co_return too_large();
    if (!lost) continue;
    if (answer.has_head()) break; // the body ends with the connection
    if (!is_end(lost)) co_return connection_error_text(socket, unsent && !is_end(unsent) ? unsent : lost);
    co_return answer.end().error().text;
  }
  if (packed_) unpack_body();
  co_return is_too_large() ? too_large() : std::string();
}

bool http_exchange::is_too_large() const { return call_.whole_body && body_.cut(); }

std::string http_exchange::too_large() const {
  return "the answer is larger than " + std::to_string(call_.output_limit) + " bytes";
}

/// Whether to request gzip: only if the caller did not set Accept-Encoding.
bool http_exchange::takes_gzip(const std::string& method) const {
  return method != "HEAD" && std::none_of(call_.header.begin(), call_.header.end(), [](const auto& field) {
           return equal_fold(field.first, "accept-encoding") || equal_fold(field.first, "range");
         });
}

void http_exchange::keep_body(std::string_view piece) {
  if (!packed_) return body_.append(piece);
  packed_body_.append(piece.substr(0, most_packed_bytes - packed_body_.size()));
}

/// Decodes as much of a malformed or truncated gzip body as possible.
void http_exchange::unpack_body() {
  storage::gunzip unpacker(storage::source_of(packed_body_));
  unpacker.limit_expansion(most_unpacked_bytes, most_unpacked_bytes);
  if (!unpacker.begin()) return;
  for (auto piece = unpacker.next(); piece && !piece->empty(); piece = unpacker.next()) body_.append(*piece);
}

/// @returns the request's bytes, or why the call is invalid
expected<std::string> http_exchange::compose(const hop& next, const parsed_url& url, const http_proxy* proxy) const {
  request_fields fields;
  fields.add("Host", url.host_field);
  fields.add("User-Agent", call_.user_agent);
  if (!call_.accept.empty()) fields.add("Accept", call_.accept);
  if (takes_gzip(next.method)) fields.add("Accept-Encoding", "gzip");
  if (url.user) fields.add("Authorization", "Basic " + base64_encode(*url.user + ":" + url.password.value_or("")));
  if (!next.referer.empty()) fields.add("Referer", next.referer);
  for (const auto& [name, values] : call_.header) {
    if (!is_token(name)) return fail("net/http: invalid header field name " + praetor::quoted(name));
    auto lower = lower_case(name);
    if (lower == "content-length" || lower == "transfer-encoding" || lower == "connection") continue;
    bool private_to_host = lower == "host" || lower == "authorization" || lower == "cookie";
    if (values.empty() || (private_to_host && !next.same_host)) continue;
    fields.erase(name);
    for (const auto& value : values) {
      if (!is_header_value(value)) return fail("net/http: invalid header field value for " + praetor::quoted(name));
      fields.add(name, value);
      if (lower == "host") break;
    }
  }
  fields.set("Connection", "close");
  if (!next.body.empty() || next.method == "POST" || next.method == "PUT" || next.method == "PATCH")
    fields.set("Content-Length", std::to_string(next.body.size()));
  auto target = url.target;
  if (proxy && url.scheme == "http") {
    target.insert(0, "http://" + fields.value("Host")); // absolute form (RFC 9112 3.2.2)
    if (!proxy->authorization.empty()) fields.set("Proxy-Authorization", proxy->authorization);
  }
  return next.method + " " + target + " HTTP/1.1\r\n" + fields.text() + "\r\n" + next.body;
}

void http_exchange::follow(hop& next, const parsed_url& from) const {
  next.url = resolve_reference(from, location_);
  bool downgraded = from.scheme == "https" && next.url.starts_with("http:");
  next.referer = downgraded ? "" : from.user ? "" : from.text;
  if (code_ == 307 || code_ == 308) return;
  if (next.method != "HEAD") next.method = "GET";
  next.body.clear();
}

} // namespace praetor
