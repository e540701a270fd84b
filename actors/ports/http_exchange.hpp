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

/// What is asked of an HTTP server.
struct http_call {
  std::string url, method, body;
  std::map<std::string, string_list> header; ///< takes the place of the fields that are sent of themselves
  std::string user_agent, accept;            ///< accept: empty is not sent
  std::string tls_server_name;               ///< whom the certificate has to name; empty: the URL's host
  bool tls_skip_verify = false;
  bool follow_redirects = true;
  nanoseconds timeout{0}; ///< only to share it among the addresses of a host; the caller watches the time
  std::size_t output_limit = 4096;
};

/// One request over HTTP and the redirections that it leads to, with a new connection for each, through the proxies
/// that the environment names.
class http_exchange {
public:
  http_exchange(probe_world& world, probe_tls& tls, http_call call)
      : world_(world), tls_(tls), call_(std::move(call)), body_(call_.output_limit) {}

  /// @returns empty once the last answer is here, or why there is none, in Go's words
  boost::asio::awaitable<std::string> carry_out();

  /// The last answer's head is here; so it counts, even if its body never ends.
  bool answered() const { return answered_; }
  unsigned code() const { return code_; }
  const std::string& status() const { return status_; } ///< "200 OK"
  const last_bytes& body() const { return body_; }
  /// An error with the request in front: `Get "http://h/": WHY`.
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
  void unpack_body();

  probe_world& world_;
  probe_tls& tls_;
  http_call call_;
  std::string current_;  ///< URL of the request under way, for error texts
  std::string location_; ///< where the last answer sends us
  unsigned code_ = 0;
  std::string status_;
  bool answered_ = false;
  last_bytes body_;
  bool packed_ = false;     ///< the body comes as gzip
  std::string packed_body_; ///< as it came, cut at a limit
};

} // namespace praetor
