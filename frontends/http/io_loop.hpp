#pragma once

#include "frontends/http/answer_head.hpp"
#include "frontends/http/client_shares.hpp"
#include "frontends/http/compressor.hpp"
#include "frontends/http/disk_thread.hpp"
#include "frontends/http/server.hpp"

#include <atomic>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

namespace praetor::http {

class connection;
class stream_state;

/// A counter with one writing thread and any number of readers.
class tally {
public:
  void add(std::uint64_t n) { value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> value_{0};
};

struct loop_counters {
  tally requests, malformed, over_capacity, cancelled, handshakes_failed, bytes_received, bytes_sent;
};

/// Whether to accept a connection.
enum class admission { admitted, client_has_enough, server_has_enough };

/// Shared by all threads of one server.
struct server_core {
  explicit server_core(server_options with);

  server_options options;
  api::request_handler handler;
  std::atomic<bool> stopping{false};
  client_accounts accounts;
  fair_pool requests, waits, bodies, answers;
  disk_thread disk;

  void set_totals(const limit_options& limits);

  void log(std::string_view text) const {
    if (options.log) options.log(text);
  }
  void warn(std::string_view text) const {
    if (options.warn) options.warn(text);
  }

  /// Counts one more connection of that client ("" for unix sockets), unless its limit or the server's is reached. At
  /// the server's limit, a client that has fewer connections than another still gets one, in place of an idle one of
  /// the other.
  /// @param instead the client that must lose a connection, if any
  admission admit(const std::string& address, const limit_options& limits, std::optional<std::string>& instead);
  /// Undoes a count of `admit`.
  void release(const std::string& address);
  void opened();
  void closed();
  std::uint32_t open_connections() const;
  /// @returns whether all connections have ended.
  bool wait_until_closed(std::chrono::milliseconds grace);

private:
  mutable std::mutex mutex_;
  std::condition_variable all_closed_;
  std::uint32_t open_ = 0;
  std::uint32_t admitted_ = 0;
  void count(const std::string& address, std::uint32_t before, std::uint32_t now);
  std::map<std::string, std::uint32_t, std::less<>> clients_;
  std::set<std::pair<std::uint32_t, std::string>> by_count_; ///< the same, sorted by count
};

/// An event for a connection's request from another thread.
struct mail {
  enum class kind_type { answered, to_be_answered, stream_begun, stream_written, dropped, judged, stored };
  std::shared_ptr<connection> to;
  std::uint64_t sequence = 0; ///< of the request; events for older ones are ignored
  kind_type kind = kind_type::dropped;
  api::answer answer = {};
  std::shared_ptr<stream_state> stream = {};
  std::shared_ptr<head_verdict> verdict = {}; ///< judged
  std::optional<error> problem = {};          ///< stored: the error
  std::function<void()> make = {};            ///< to_be_answered: creates the answer, even if the client is gone
};

using stream_socket =
    boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, boost::asio::io_context::executor_type>;
using loop_timer =
    boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                      boost::asio::io_context::executor_type>;

/// The state of one I/O thread: its event loop, its connections and their shared buffers. All members except `post` and
/// `run_soon` belong to that thread.
class io_loop : public std::enable_shared_from_this<io_loop> {
public:
  explicit io_loop(std::shared_ptr<server_core> core);
  ~io_loop();

  /// Runs until `close_all` was called and nothing is left to do.
  void run();

  /// Thread-safe; no effect after close_all.
  void post(mail&& letter);
  void run_soon(std::function<void()> action);

  void adopt(std::shared_ptr<connection> one);
  void forget(connection& one);
  /// Closes one idle connection of that client, if there is one here.
  bool make_room(const std::string& address);
  /// Closes the connections that are between two requests.
  void close_idle();
  void close_all();

  /// Polls the connection until it can continue.
  void hold(std::shared_ptr<connection> one);
  /// An answer waits for its client; bytes shared by several clients count once.
  void answer_waits(const api::shared_bytes& bytes, const std::shared_ptr<client_account>& who);
  void answer_gone(const std::string* bytes);

  boost::asio::io_context& context() { return context_; }
  server_core& core() { return *core_; }
  const limit_options& limits() const { return limits_; }
  void set_limits(const limit_options& limits) { limits_ = limits; }

  /// Seconds of this loop, with the precision that timeouts need. Stops while there are no connections.
  std::uint64_t tick() const { return tick_; }

  loop_counters counters;
  std::vector<char> receive_buffer; ///< read here, copied only if it is an incomplete request
  std::string head_buffer;
  date_line date;
  gzip_cache gzip;

private:
  void drain();
  void sweep();
  void ask_held();

  std::shared_ptr<server_core> core_;
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  loop_timer sweep_timer_;
  bool sweeping_ = false;
  std::uint64_t tick_ = 0;
  limit_options limits_;
  std::vector<std::shared_ptr<connection>> connections_;
  std::vector<std::shared_ptr<connection>> held_; ///< waiting for room, in order
  loop_timer room_timer_;
  struct waiting_answer {
    std::size_t clients = 0;
    share memory;
  };
  std::unordered_map<const std::string*, waiting_answer> waiting_answers_;

  std::mutex inbox_mutex_;
  std::vector<mail> inbox_;
  bool inbox_closed_ = false;
};

} // namespace praetor::http
