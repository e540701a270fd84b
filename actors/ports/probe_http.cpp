#include "actors/ports/probe_dial.hpp"
#include "actors/ports/probe_output.hpp"
#include "actors/ports/probe_url.hpp"
#include "protocol/codec/base64.hpp"
#include "protocol/types/catalog.hpp"
#include "protocol/types/secrets.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <optional>

namespace praetor {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t most_requests = 10; ///< of one attempt, redirections followed
constexpr std::uint32_t most_header_bytes = 1 << 20;

/// "Get" of "GET": how errors name a request.
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

/// Where a request goes next, and as what.
struct hop {
  std::string url;
  std::string method;
  std::string body;
  std::string referer;
  bool same_host = true; ///< as the first one: then credentials and the wanted Host go along
};

/// One attempt over HTTP: a new connection for each request.
class http_attempt final : public network_attempt {
public:
  http_attempt(probe_world& world, probe_request request, std::shared_ptr<probe_listener> listener)
      : network_attempt(world, std::move(request), std::move(listener)), body_(request_.output_limit) {
    method_ = request_.definition.method.empty() ? "GET" : request_.definition.method;
  }

private:
  const check_definition& definition() const { return request_.definition; }

  asio::awaitable<probe_result> carry_out() override {
    hop next;
    next.url = definition().http;
    next.method = method_;
    next.body = definition().body;
    if (!is_token(method_)) co_return critical("net/http: invalid method " + praetor::quoted(method_));
    std::string first_host;
    for (std::size_t sent = 0;; ++sent) {
      probe_url url;
      if (auto wrong = parse_url(next.url, url); !wrong.empty()) co_return critical(wrong);
      current_ = shown(url);
      if (auto why = refusal(url); !why.empty()) co_return failed(why);
      if (sent == 0) first_host = url.host_header;
      next.same_host = url.host_header == first_host;
      std::string error;
      http::request<http::string_body> message;
      if (auto wrong = compose(next, url, message); !wrong.empty()) co_return failed(wrong);
      error = co_await exchange(url, message);
      if (!error.empty()) co_return failed(error);
      if (location_.empty()) co_return verdict();
      if (sent + 1 >= most_requests) {
        current_ = without_url_secrets(location_);
        co_return failed("stopped after 10 redirects");
      }
      follow(next, url);
    }
  }

  /// @returns empty once the answer is there: an end (`location_` empty, its body in `body_`) or a redirection.
  asio::awaitable<std::string> exchange(const probe_url& url, http::request<http::string_body>& message) {
    beast::tcp_stream stream(world_.context);
    host_and_port to;
    to.host = url.host;
    to.port = url.port;
    auto wrong = co_await dial(world_, stream, to, request_.timeout);
    if (!wrong.empty()) co_return wrong;
    if (url.scheme == "http") co_return co_await converse(stream, stream, message);
    auto* context = world_.tls.context(wrong);
    if (!context) co_return wrong;
    SSL_CTX_up_ref(context);
    asio::ssl::context shared(context);
    tls_stream tls(stream, shared);
    auto name = definition().tls_server_name.empty() ? url.host : definition().tls_server_name;
    wrong = co_await shake_hands(tls, name, definition().tls_skip_verify);
    if (!wrong.empty()) co_return wrong;
    co_return co_await converse(tls, stream, message);
  }

  template <class Stream>
  asio::awaitable<std::string> converse(Stream& stream, beast::tcp_stream& socket,
                                        http::request<http::string_body>& message) {
    beast::flat_buffer buffer;
    auto [unsent, written] = co_await http::async_write(stream, message, as_tuple);
    // The other side may have answered and closed without reading all of it: look.
    std::optional<http::response_parser<http::buffer_body>> parser;
    do {
      parser.emplace();
      parser->header_limit(most_header_bytes);
      parser->body_limit(boost::none);
      if (message.method_string() == "HEAD") parser->skip(true);
      auto [lost, size] = co_await http::async_read_header(stream, buffer, *parser, as_tuple);
      if (lost) co_return answer_error(socket, buffer, unsent ? unsent : lost);
    } while (parser->get().result_int() >= 100 && parser->get().result_int() < 200 &&
             parser->get().result_int() != 101);

    const auto& head = parser->get();
    auto code = head.result_int();
    location_.clear();
    bool redirected = code == 301 || code == 302 || code == 303 || code == 307 || code == 308;
    if (redirected && !definition().disable_redirects) location_ = std::string(head[http::field::location]);
    code_ = code;
    if (!location_.empty()) co_return std::string();
    auto reason = std::string(head.reason());
    status_ = std::to_string(code) + (reason.empty() ? "" : " " + reason);
    // From here on the answer counts, even if its body never ends.
    answered_ = true;
    std::array<char, 8192> chunk;
    while (!parser->is_done()) {
      parser->get().body().data = chunk.data();
      parser->get().body().size = chunk.size();
      parser->get().body().more = true;
      auto [ended, read] = co_await http::async_read_some(stream, buffer, *parser, as_tuple);
      body_.append({chunk.data(), chunk.size() - parser->get().body().size});
      if (ended && ended != http::error::need_buffer) break;
    }
    co_return std::string();
  }

  /// @returns what is wrong with what was asked for, or empty
  std::string compose(const hop& next, const probe_url& url, http::request<http::string_body>& message) const {
    message.version(11);
    message.method_string(next.method);
    message.target(url.target);
    message.set(http::field::host, url.host_header);
    message.set(http::field::user_agent, "Consul Health Check");
    message.set(http::field::accept, "text/plain, text/*, */*");
    if (url.has_user) message.set(http::field::authorization, "Basic " + base64_encode(url.user + ":" + url.password));
    if (!next.referer.empty()) message.set(http::field::referer, next.referer);
    for (const auto& [name, values] : definition().header) {
      if (!is_token(name)) return "net/http: invalid header field name " + praetor::quoted(name);
      auto lower = lower_case(name);
      if (lower == "content-length" || lower == "transfer-encoding" || lower == "connection") continue;
      bool private_to_host = lower == "host" || lower == "authorization" || lower == "cookie";
      if (values.empty() || (private_to_host && !next.same_host)) continue;
      message.erase(name);
      for (const auto& value : values) {
        if (!is_header_value(value)) return "net/http: invalid header field value for " + praetor::quoted(name);
        if (lower == "host")
          message.set(name, value);
        else
          message.insert(name, value);
        if (lower == "host") break;
      }
    }
    message.set(http::field::connection, "close");
    message.body() = next.body;
    if (!next.body.empty() || next.method == "POST" || next.method == "PUT" || next.method == "PATCH")
      message.content_length(next.body.size());
    return {};
  }

  void follow(hop& next, const probe_url& from) const {
    next.url = resolve_location(from, location_);
    bool downgraded = from.scheme == "https" && next.url.starts_with("http:");
    next.referer = downgraded ? "" : from.has_user ? "" : from.text;
    if (code_ == 307 || code_ == 308) return;
    if (next.method != "HEAD") next.method = "GET";
    next.body.clear();
  }

  std::string answer_error(beast::tcp_stream& socket, const beast::flat_buffer& buffer, const error_code& error) const {
    if (error == http::error::end_of_stream || error == asio::ssl::error::stream_truncated) return "EOF";
    if (error == http::error::partial_message) return "unexpected EOF";
    if (error.category() == make_error_code(http::error::bad_version).category()) {
      auto bytes = std::string_view(static_cast<const char*>(buffer.data().data()), buffer.data().size());
      auto line = bytes.substr(0, bytes.find_first_of("\r\n"));
      return "net/http: HTTP/1.x transport connection broken: malformed HTTP response " + praetor::quoted(line);
    }
    if (error.category() != boost::system::system_category()) return system_error_text(error);
    error_code ignored;
    auto address = [](const auto& e) { return join_address(e.address().to_string(), std::to_string(e.port())); };
    return "read tcp " + address(socket.socket().local_endpoint(ignored)) + "->" +
           address(socket.socket().remote_endpoint(ignored)) + ": read: " + system_error_text(error);
  }

  probe_result failed(const std::string& why) const {
    return critical(verb(method_) + " " + praetor::quoted(current_) + ": " + why);
  }

  probe_result verdict() const {
    auto status = code_ >= 200 && code_ < 300 ? health_passing : code_ == 429 ? health_warning : health_critical;
    return {std::string(status),
            "HTTP " + method_ + " " + definition().http + ": " + status_ + " Output: " + std::string(body_.kept())};
  }

  probe_result timed_out() override {
    if (answered_) return verdict();
    return failed("context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
  }

  std::string method_;
  std::string current_; ///< URL of the request under way, for error texts
  std::string location_;
  unsigned code_ = 0;
  std::string status_; ///< "200 OK"
  bool answered_ = false;
  last_bytes body_;
};

} // namespace

std::shared_ptr<probe_attempt> make_http_probe(probe_world& world, probe_request request,
                                               std::shared_ptr<probe_listener> listener) {
  return std::make_shared<http_attempt>(world, std::move(request), std::move(listener));
}

} // namespace praetor
