#pragma once

#include "actors/ports/http_proxy.hpp"
#include "protocol/types/error.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace praetor::cli {

/// How the client verifies a server and authenticates itself.
struct tls_settings {
  std::string ca_file;
  std::string ca_path;
  std::string client_cert;
  std::string client_key;
  std::string server_name; ///< the name to verify; empty: the host of the address
  bool verify = true;
};

/// The target of requests.
struct endpoint {
  std::string scheme = "http";
  std::string host = "127.0.0.1:8500"; ///< HOST[:PORT] as given
  std::string unix_path;               ///< if set, `host` only names the server in the request
  std::string path_prefix;
  tls_settings tls;
  std::optional<http_proxy> proxy; ///< the proxy for requests
};

struct http_request {
  std::string method = "GET";
  std::string path;                         ///< not encoded
  std::map<std::string, std::string> query; ///< not encoded
  std::vector<std::pair<std::string, std::string>> repeated_query;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct http_response {
  int status = 0;
  std::map<std::string, std::string> headers; ///< with lower-case names
  std::string body;
};

/// Cancels a request from another thread: it fails with the text "context canceled".
class cancellation {
public:
  void cancel();
  bool cancelled() const;
  /// Waits for this time, or until cancelled. @returns whether it was cancelled
  bool wait_for(std::chrono::nanoseconds length) const;

  /// The socket to shut down on cancellation, or at once if already cancelled. It must stay open until it is detached.
  void attach(int descriptor);
  void detach();

private:
  mutable std::mutex mutex_;
  mutable std::condition_variable news_; ///< cancelled
  int descriptor_ = -1;
  bool cancelled_ = false;
};

/// A synchronous HTTP/1.1 client for one endpoint, with a persistent connection. Errors have the texts of Go's client,
/// `Get "http://127.0.0.1:1/v1/x": dial tcp 127.0.0.1:1: connect: connection refused`, because scripts compare them.
/// error_code::disconnected: the connection ended before the whole response.
/// Not thread-safe.
class http_client {
public:
  /// Loads certificates and keys; fails if one can't be read.
  static expected<std::unique_ptr<http_client>> open(endpoint where);
  ~http_client();
  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  expected<http_response> send(const http_request& request, cancellation* cancel = nullptr);

  /// Passes on the body piece by piece as it arrives, until it ends or `on_data` returns false. The returned response
  /// has no body, unless its status is not 200: then `on_data` is not called.
  expected<http_response> stream(const http_request& request, const std::function<bool(std::string_view)>& on_data,
                                 cancellation* cancel = nullptr);

private:
  struct connection;
  explicit http_client(endpoint where);
  expected<http_response> exchange(const http_request& request, const std::function<bool(std::string_view)>* on_data,
                                   cancellation* cancel);
  endpoint where_;
  std::unique_ptr<connection> connection_;
};

/// Path and query as in the request line.
std::string request_target(const endpoint& where, const http_request& request);
/// The request's URL as Go prints it: escaped path, query sorted by name.
std::string request_url(const endpoint& where, const http_request& request);

} // namespace praetor::cli
