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

/// The HTTP/1.1 listeners: sockets, TLS, parsing, limits, order and compression. The endpoints behind
/// `api::request_handler` determine the answers; this part knows no routes.
namespace praetor::http {

using praetor::tls_options;

/// A listening socket: an IP and a port, or a path.
struct listener_options {
  std::string address;            ///< "127.0.0.1", "::1", "unix:///run/praetor.sock" or "/run/praetor.sock"
  std::uint16_t port = 0;         ///< 0: chosen by the system, see server::endpoints()
  bool tls = false;               ///< server_options::tls applies
  std::string unix_mode = {};     ///< octal, "0660"; empty: by umask
  std::string unix_user = {};     ///< name or number; empty: the process's own
  std::string unix_group = {};    ///< name or number
  bool allow_unprintable = false; ///< disable_http_unprintable_char_filter

  bool is_unix() const { return address.starts_with("unix://") || address.starts_with("/"); }
};

using api::body_rule;
using api::head_verdict;

/// Settings that can change while the listeners stay open.
struct limit_options {
  std::uint32_t max_connections_per_client = 200; ///< by IP; 0: unlimited
  /// Of all listeners; 0: unlimited. The unix sockets together may have half of them.
  std::uint32_t max_connections = 0;
  std::uint32_t max_header_bytes = 1 << 20; ///< http_config.max_header_bytes; 0: 1 MiB
  // Limits shared by all connections. No client (by IP) gets all of them, see fair_pool.
  /// Requests passed to the handler and not answered; further ones are answered 503, or 429 if this client alone has
  /// too many.
  std::uint32_t max_in_flight = 60000;
  /// Of these, waiting blocking queries; further ones are answered 429. The rest is reserved for requests that do not
  /// wait.
  std::uint32_t max_waits = 45000;
  /// Bytes of bodies that are being received or answered, and of heads longer than a few KiB. Data without room is not
  /// read.
  std::uint64_t max_body_memory = 64 << 20;
  /// Bytes of unsent answers, counting each answer once. Beyond it, clients that hold many of them get no further
  /// answers.
  std::uint64_t max_answer_memory = 256 << 20;
  std::chrono::milliseconds room_timeout{5000};      ///< how long a request waits for room in one of the two; then 503
  std::chrono::milliseconds handshake_timeout{5000}; ///< limits.https_handshake_timeout
  std::chrono::seconds head_timeout{20};             ///< from a request's first byte to the end of its head
  std::chrono::seconds body_idle_timeout{60};        ///< between two pieces of a body
  std::chrono::seconds body_grace{10};               ///< before the rate of a body is enforced
  /// Bytes per second, averaged over a body or over `write_window`. Slower peers are disconnected.
  std::uint32_t min_rate = 4096;
  std::chrono::seconds write_window{60};    ///< the checking interval of a pending answer
  std::chrono::seconds idle_timeout{0};     ///< between two requests of a connection; 0: unlimited
  std::size_t max_stream_backlog = 4 << 20; ///< a streamed answer with more unsent bytes closes its connection
};

struct server_options {
  std::vector<listener_options> listeners;
  tls_options tls;
  limit_options limits;
  unsigned threads = 0; ///< I/O threads; 0: one per core, at most 4
  bool gzip = true;     ///< for clients that accept it
  /// Called when the head of a request with a body is complete, before its body is read; a null function accepts any
  /// body by the default rule. Called on the I/O threads.
  std::function<head_verdict(const api::request&)> judge_head = {};
  /// Called if `judge_head` is undecided. Its callback runs once, on any thread.
  std::function<void(const api::request&, std::function<void(head_verdict)>)> judge_later = {};
  /// Whether a path needs a slash at its end, so that a redirect to a clean path adds it as well; null: none does.
  std::function<bool(std::string_view path)> needs_slash = {};
  /// Creates the answer for a body over its limit; a null function means `body_too_large`. The connection is closed
  /// afterwards, whatever `answer::close` says.
  std::function<api::answer(const api::request&, const body_rule&)> refuse_body = {};
  /// Problems of single connections (a failed TLS handshake, out of descriptors), for the debug log.
  std::function<void(std::string_view)> log = {};
  /// Rejected connections over a limit: for the operator, once per hour and address.
  std::function<void(std::string_view)> warn = {};
};

using api::body_too_large;

/// Totals since the start.
struct server_counters {
  std::uint64_t requests = 0;            ///< well-formed heads
  std::uint64_t malformed = 0;           ///< answered 400, 431, 501 or 505 here
  std::uint64_t over_capacity = 0;       ///< answered 503 or 429 for lack of a slot or memory
  std::uint64_t cancelled = 0;           ///< clients that disconnected before their answer
  std::uint64_t connections = 0;         ///< accepted
  std::uint64_t connections_refused = 0; ///< over max_connections or max_connections_per_client
  std::uint64_t handshakes_failed = 0;   ///< TLS
  std::uint64_t bytes_received = 0;      ///< after decryption
  std::uint64_t bytes_sent = 0;          ///< before encryption
  std::uint32_t in_flight = 0;           ///< current
  std::uint64_t body_bytes = 0;          ///< of max_body_memory, current
  std::uint64_t answer_bytes = 0;        ///< of max_answer_memory, current
  std::uint32_t connections_open = 0;    ///< current
};

/// Listens and serves until it is stopped.
class server {
public:
  server();
  ~server(); ///< stops without grace
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Opens all listeners, then serves on its own threads.
  /// @param handler called on the I/O threads. It answers at once (the fast path: written without a switch of threads)
  ///   or keeps the exchange and answers later, on any thread. Dropping an exchange without an answer closes its
  ///   connection.
  /// @returns the listener's error; nothing is open then.
  expected<void> start(server_options options, api::request_handler handler);

  /// The listeners in the order of the options, with the ports that the system chose; paths for unix sockets.
  std::vector<listener_options> endpoints() const;

  /// New connections use the new certificates, open ones keep theirs.
  expected<void> reload_tls(const tls_options& tls);
  /// Applies to new connections and to the next request of open ones.
  void reload_limits(const limit_options& limits);

  /// Closes the listeners and the idle connections, gives running requests the time of `grace`, then closes everything.
  /// Returns when the threads have ended. Exchanges may outlive the server; answering them has no effect.
  void stop(std::chrono::milliseconds grace = std::chrono::milliseconds(0));

  server_counters counters() const;

private:
  struct implementation;
  std::shared_ptr<implementation> impl_;
};

} // namespace praetor::http
