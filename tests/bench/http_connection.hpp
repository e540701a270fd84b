#pragma once

#include "samples.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace praetor::bench {

/// Builds one HTTP/1.1 request of a keep-alive connection.
std::string build_request(std::string_view method, std::string_view path, std::string_view body);

/// Parses an HTTP/1.1 response only as far as needed for its status, its index header and its end.
class response_parser {
public:
  /// Consumes bytes. @returns true when the response is complete; only one request is in flight, so nothing may follow
  /// it. @throws std::runtime_error if it is not HTTP.
  bool feed(const char* data, std::size_t size);

  void reset();

  int status() const { return status_; }

  /// The X-Consul-Index header of the response, 0 if absent.
  std::uint64_t index() const { return index_; }

private:
  enum class stage { head, sized, chunk_size, chunk_body, trailer, done };

  void parse_head(std::string_view head);
  void feed_body(const char* data, std::size_t size);

  stage stage_ = stage::head;
  std::string line_; // the incomplete head, or a chunk's incomplete size line
  std::uint64_t remaining_ = 0;
  std::uint64_t index_ = 0;
  int status_ = 0;
};

/// One non-blocking TCP connection with at most one request in flight.
class http_connection {
public:
  /// Connects and waits for the connection. @throws std::runtime_error on failure.
  http_connection(const std::string& host, std::uint16_t port);
  http_connection(const http_connection&) = delete;
  http_connection& operator=(const http_connection&) = delete;
  ~http_connection();

  int descriptor() const { return fd_; }

  /// Starts a request; `request` must live until the response is complete. @returns false while bytes remain to be
  /// written (call `flush` when the socket is writable).
  bool send(std::string_view request);
  bool flush();

  /// Reads available data. @returns true when the response is complete.
  /// @throws std::runtime_error if the peer closed or reset the connection.
  bool receive();

  const response_parser& response() const { return parser_; }

  clock::time_point sent_at() const { return sent_at_; }

private:
  int fd_;
  std::string_view unsent_;
  response_parser parser_;
  clock::time_point sent_at_;
};

} // namespace praetor::bench
