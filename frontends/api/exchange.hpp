#pragma once

#include "actors/rpc/rpc_messages.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace praetor::storage {
class scratch_file;
}

namespace praetor::api {

/// The decoded query string, in the order of the request.
class query_parameters {
public:
  query_parameters() = default;
  explicit query_parameters(std::vector<std::pair<std::string, std::string>> items) : items_(std::move(items)) {}

  bool has(std::string_view name) const { return find(name) != nullptr; }
  /// The first value of that name, or nothing.
  const std::string* find(std::string_view name) const {
    for (const auto& [key, value] : items_)
      if (key == name) return &value;
    return nullptr;
  }
  std::string get(std::string_view name) const {
    auto* value = find(name);
    return value ? *value : std::string();
  }
  std::vector<std::string> all(std::string_view name) const {
    std::vector<std::string> out;
    for (const auto& [key, value] : items_)
      if (key == name) out.push_back(value);
    return out;
  }
  const std::vector<std::pair<std::string, std::string>>& items() const { return items_; }

private:
  std::vector<std::pair<std::string, std::string>> items_;
};

/// How a request that a client sent to another agent was forwarded here.
struct forwarding_context {
  std::uint32_t hops = 1; ///< 0: this agent's own request
  nanoseconds hold{0};    ///< the maximal wait for a leader
  asking_agent requester;
  std::string origin; ///< on whose behalf the forwarding agent sends it
};

/// One HTTP request without its socket.
struct request {
  std::string method; ///< as sent: "GET"
  std::string path;   ///< percent-decoded, clean: "/v1/kv/a b"
  std::string raw_query;
  query_parameters query;
  bool query_ok = true; ///< false if a part of raw_query could not be decoded; `query` has the others
  std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case
  std::string body;
  std::shared_ptr<storage::scratch_file> stored_body; ///< replaces `body` if the head's verdict named a file
  std::optional<std::uint64_t> content_length;        ///< absent for chunked bodies
  std::string remote_address;                         ///< the client's IP without port; empty on a unix socket
  std::uint16_t remote_port = 0;
  std::shared_ptr<const forwarding_context> via; ///< null: the client sent it to this agent

  const std::string* header(std::string_view lower_case_name) const {
    for (const auto& [key, value] : headers)
      if (key == lower_case_name) return &value;
    return nullptr;
  }
};

using shared_bytes = std::shared_ptr<const std::string>;
inline shared_bytes shared_text(std::string content) { return std::make_shared<const std::string>(std::move(content)); }

/// One HTTP answer. Bodies are shared, because many connections may send the same bytes.
struct answer {
  unsigned status = 200;
  std::string_view content_type = {};                       ///< a literal; empty = no Content-Type
  std::vector<std::pair<std::string, std::string>> headers; ///< in the order in which they are written
  shared_bytes body;                                        ///< null = empty
  shared_bytes common_lines = {};                           ///< header lines shared by many answers, each with its CRLF
  std::string lines = {};                                   ///< more header lines, each with its CRLF
  read_meta meta = {};          ///< also in `lines` if the client sent the request to this agent
  bool close = false;           ///< end the connection after this answer
  bool not_carried_out = false; ///< the request had no effect: the forwarding agent may send it elsewhere
};

/// The rest of an answer whose body has no known end (agent/monitor, metrics/stream, snapshot).
class body_stream {
public:
  virtual ~body_stream() = default;
  /// Sends a piece. @returns the number of unsent bytes; a writer pauses while it is large
  virtual std::size_t write(shared_bytes piece) = 0;
  virtual void finish() = 0;
  virtual bool closed() const = 0;
  /// Runs `action` once, as soon as the unsent bytes leave room for more or the stream is closed; on any thread.
  virtual void on_drained(std::function<void()> action) { action(); }
};

/// One pending request. Implemented by the socket side and by the simulator's client. An endpoint answers it exactly
/// once, at once or later, from any thread.
class exchange : public std::enable_shared_from_this<exchange> {
public:
  virtual ~exchange() = default;
  virtual const request& get_request() const = 0;
  virtual void respond(answer) = 0;
  /// Runs `make`, which renders the answer, on the thread that sends it, so that the state machine does not wait for
  /// it. Runs it at once where that delays no one.
  virtual void make_answer(std::function<void()> make) { make(); }
  /// Begins an answer whose body is streamed.
  virtual std::shared_ptr<body_stream> respond_stream(answer head) = 0;
  /// Runs `action` once if the client disconnects before the end of the answer; at once if it has disconnected already.
  /// A later call replaces the action.
  virtual void on_cancel(std::function<void()> action) = 0;
  /// Counts the request as blocked until it is answered. @returns false if the client has too many blocked requests:
  /// the caller then answers at once
  virtual bool begin_wait() { return true; }
  /// Whether there is memory for one more answer. Checked before a large one is rendered.
  virtual bool has_room() const { return true; }
};
using exchange_ptr = std::shared_ptr<exchange>;

/// Called by the HTTP listeners for each request. Must not throw.
using request_handler = std::function<void(exchange_ptr)>;

} // namespace praetor::api
