#pragma once

#include "actors/ports/probe_attempt.hpp"
#include "actors/ports/probe_dial.hpp"
#include "protocol/base/last_bytes.hpp"
#include "protocol/base/url.hpp"
#include "protocol/types/error.hpp"

#include <boost/asio/awaitable.hpp>
#include <map>
#include <string>

namespace praetor {

/// An HTTP request.
struct http_call {
  std::string url, method, body;
  std::map<std::string, string_list> header; ///< overrides the default fields
  std::string user_agent, accept;            ///< `accept`: omitted if empty
  std::string tls_server_name;               ///< the name that the certificate must match; empty: the URL's host
  bool tls_skip_verify = false;
  bool follow_redirects = true;
  nanoseconds timeout{0}; ///< only divides the time among the addresses of a host; the caller enforces the timeout
  std::size_t output_limit = 4096;
  bool whole_body = false; ///< a body beyond the limit is an error; otherwise its end is kept
};

/// One HTTP request and the redirects that follow, each on a new connection, through the proxies of the environment.
class http_exchange {
public:
  http_exchange(probe_world& world, probe_tls& tls, http_call call)
      : world_(world), tls_(tls), call_(std::move(call)), body_(call_.output_limit) {}

  /// @returns empty once the last response is complete, or the error in Go's words
  boost::asio::awaitable<std::string> carry_out();

  /// The head of the last response is complete, so the response is valid even if its body never ends.
  bool answered() const { return answered_; }
  unsigned code() const { return code_; }
  const std::string& status() const { return status_; } ///< "200 OK"
  const std::string& content_type() const { return content_type_; }
  const last_bytes& body() const { return body_; }
  /// Prefixes an error with the request: `Get "http://h/": WHY`.
  std::string failed(const std::string& why) const;

private:
  struct hop;
  boost::asio::awaitable<std::string> exchange(const parsed_url& url, const http_proxy* proxy, std::string message,
                                               bool to_head);
  boost::asio::awaitable<std::string> open_tunnel(boost::beast::tcp_stream& stream, const http_proxy& proxy,
                                                  const parsed_url& url);
  template <class Stream>
  boost::asio::awaitable<std::string> converse(Stream& stream, boost::beast::tcp_stream& socket, std::string message,
                                               bool to_head);
  expected<std::string> compose(const hop& next, const parsed_url& url, const http_proxy* proxy) const;
  void follow(hop& next, const parsed_url& from) const;
  bool takes_gzip(const std::string& method) const;
  void keep_body(std::string_view piece);
  bool is_too_large() const;
  std::string too_large() const;
  void unpack_body();

  probe_world& world_;
  probe_tls& tls_;
  http_call call_;
  std::string current_;  ///< URL of the current request, for error texts
  std::string location_; ///< the redirect target
  unsigned code_ = 0;
  std::string status_, content_type_;
  bool answered_ = false;
  last_bytes body_;
  bool packed_ = false;     ///< the body is gzip
  std::string packed_body_; ///< as received, truncated at a limit
};

} // namespace praetor
