#pragma once

#include "actors/ports/tls/tls_context.hpp"
#include "frontends/api/exchange.hpp"
#include "frontends/api/head_verdict.hpp"
#include "protocol/types/error.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// The HTTP/1.1 listeners: sockets, TLS, parsing, limits, order and compression. What an answer says is decided by the
/// endpoints behind `api::request_handler`; nothing here knows a route.
namespace praetor::http {

using praetor::tls_options;

/// One socket to listen on: an IP and a port, or a path.
struct listener_options {
  std::string address;            ///< "127.0.0.1", "::1", "unix:///run/praetor.sock" or "/run/praetor.sock"
  std::uint16_t port = 0;         ///< 0 lets the system choose; see server::endpoints()
  bool tls = false;               ///< server_options::tls applies
  std::string unix_mode = {};     ///< octal, "0660"; empty leaves the umask's choice
  std::string unix_user = {};     ///< name or number; empty leaves the process's own
  std::string unix_group = {};    ///< name or number
  bool allow_unprintable = false; ///< disable_http_unprintable_char_filter

  bool is_unix() const { return address.starts_with("unix://") || address.starts_with("/"); }
};

using api::body_rule;
using api::head_verdict;

/// What changes while the listeners stay open.
struct limit_options {
  std::uint32_t max_connections_per_client = 200; ///< by IP; 0 = no limit
  /// Of all listeners; 0 = no limit. The unix sockets together may have half of them.
  std::uint32_t max_connections = 0;
  std::uint32_t max_header_bytes = 1 << 20; ///< http_config.max_header_bytes; 0 = 1 MiB
  // What all connections share. No client (by IP) gets all of it, see fair_pool.
  /// Requests that the handler has been given and has not answered; more are answered 503, or 429 where only this
  /// client has that many.
  std::uint32_t max_in_flight = 60000;
  /// Of these, blocking queries that wait; more are answered 429. The rest is left for requests that do not wait.
  std::uint32_t max_waits = 45000;
  /// Bytes of bodies that are being received or answered, and of heads longer than a few KiB. What has no room is not
  /// read.
  std::uint64_t max_body_memory = 64 << 20;
  /// Bytes of answers whose clients have not taken them yet, each answer once. While they are more, clients that have
  /// many of them get no further answers.
  std::uint64_t max_answer_memory = 256 << 20;
  std::chrono::milliseconds room_timeout{5000};      ///< how long a request waits for room in one of the two; then 503
  std::chrono::milliseconds handshake_timeout{5000}; ///< limits.https_handshake_timeout
  std::chrono::seconds head_timeout{20};             ///< from a request's first byte to the end of its head
  std::chrono::seconds body_idle_timeout{60};        ///< between two pieces of a body
  std::chrono::seconds body_grace{10};               ///< before the rate of a body counts
  /// Bytes a second, on the average of a body or of `write_window`. A peer that sends or reads more slowly is ended.
  std::uint32_t min_rate = 4096;
  std::chrono::seconds write_window{60};    ///< an answer that waits is looked at so often
  std::chrono::seconds idle_timeout{0};     ///< between two requests of a connection; 0 = for ever
  std::size_t max_stream_backlog = 4 << 20; ///< a streamed answer with more unsent bytes ends its connection
};

struct server_options {
  std::vector<listener_options> listeners;
  tls_options tls;
  limit_options limits;
  unsigned threads = 0; ///< I/O threads; 0 = one for each core, at most 4
  bool gzip = true;     ///< compress for clients that accept it
  /// Asked when the head of a request with a body is complete, before its body is read; a null function takes any body
  /// of the default rule. Called from the I/O threads.
  std::function<head_verdict(const api::request&)> judge_head = {};
  /// Asked where `judge_head` is undecided. Its callback runs once, from any thread.
  std::function<void(const api::request&, std::function<void(head_verdict)>)> judge_later = {};
  /// Makes the answer for a body over its limit; a null function means `body_too_large`. The connection is closed after
  /// it, whatever `answer::close` says.
  std::function<api::answer(const api::request&, const body_rule&)> refuse_body = {};
  /// Problems of single connections (a failed TLS handshake, no file descriptors left), for the debug log.
  std::function<void(std::string_view)> log = {};
  /// Connections refused because there are too many: for the operator, once an hour and address.
  std::function<void(std::string_view)> warn = {};
};

using api::body_too_large;

/// Counted since the start.
struct server_counters {
  std::uint64_t requests = 0;            ///< heads that were understood
  std::uint64_t malformed = 0;           ///< answered 400, 431, 501 or 505 here
  std::uint64_t over_capacity = 0;       ///< answered 503 or 429 for want of a slot or of memory
  std::uint64_t cancelled = 0;           ///< clients that went away before their answer
  std::uint64_t connections = 0;         ///< accepted
  std::uint64_t connections_refused = 0; ///< over max_connections or max_connections_per_client
  std::uint64_t handshakes_failed = 0;   ///< TLS
  std::uint64_t bytes_received = 0;      ///< after decryption
  std::uint64_t bytes_sent = 0;          ///< before encryption
  std::uint32_t in_flight = 0;           ///< now
  std::uint64_t body_bytes = 0;          ///< of max_body_memory, now
  std::uint64_t answer_bytes = 0;        ///< of max_answer_memory, now
  std::uint32_t connections_open = 0;    ///< now
};

/// Listens and serves until it is stopped.
class server {
public:
  server();
  ~server(); ///< stops without grace
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Opens every listener, then serves on its own threads.
  /// @param handler is called on the I/O threads. It answers at once (the fast path: written without a hand-over to
  ///        another thread) or keeps the exchange and answers later from any thread. An exchange that is dropped
  ///        unanswered closes its connection.
  /// @returns what could not be opened; nothing is open then.
  expected<void> start(server_options options, api::request_handler handler);

  /// Where it listens, in the order of the options, with the ports that the system chose; paths for unix sockets.
  std::vector<listener_options> endpoints() const;

  /// New connections get the new certificates, open ones keep theirs.
  expected<void> reload_tls(const tls_options& tls);
  /// Holds for new connections and for the next request of open ones.
  void reload_limits(const limit_options& limits);

  /// Closes the listeners and the idle connections, lets requests under way end within `grace`, then closes all.
  /// Returns when the threads have ended. Exchanges may outlive the server; answering them does nothing.
  void stop(std::chrono::milliseconds grace = std::chrono::milliseconds(0));

  server_counters counters() const;

private:
  struct implementation;
  std::shared_ptr<implementation> impl_;
};

} // namespace praetor::http
