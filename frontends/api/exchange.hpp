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

/// How a request came here that a client made to another agent.
struct forwarding_context {
  std::uint32_t hops = 1; ///< 0: this agent asks by itself
  nanoseconds hold{0};    ///< how long it may wait for a leader
  asking_agent requester;
  std::string origin; ///< for whom the agent that handed it on asks
};

/// One HTTP request without its socket.
struct request {
  std::string method; ///< as sent: "GET"
  std::string path;   ///< percent-decoded, clean: "/v1/kv/a b"
  std::string raw_query;
  query_parameters query;
  bool query_ok = true; ///< false if raw_query could not be decoded; `query` then has what could
  std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case
  std::string body;
  std::shared_ptr<storage::scratch_file> stored_body; ///< the body instead, where the head's verdict named a place
  std::optional<std::uint64_t> content_length;        ///< absent for chunked bodies
  std::string remote_address;                         ///< the client's IP without port; empty on a unix socket
  std::uint16_t remote_port = 0;
  std::shared_ptr<const forwarding_context> via; ///< null: the client asked this agent

  const std::string* header(std::string_view lower_case_name) const {
    for (const auto& [key, value] : headers)
      if (key == lower_case_name) return &value;
    return nullptr;
  }
};

using shared_bytes = std::shared_ptr<const std::string>;
inline shared_bytes shared_text(std::string content) { return std::make_shared<const std::string>(std::move(content)); }

/// One HTTP answer. Bodies are shared, because many connections may be sent the same bytes.
struct answer {
  unsigned status = 200;
  std::string_view content_type = {};                       ///< a literal; empty = no Content-Type
  std::vector<std::pair<std::string, std::string>> headers; ///< in the order in which they are written
  shared_bytes body;                                        ///< null = empty
  shared_bytes common_lines = {}; ///< header lines that many answers share, each with its CRLF
  std::string lines = {};         ///< more header lines, each with its CRLF
  read_meta meta = {};            ///< `lines` has it where the client asked this agent
  bool close = false;             ///< end the connection after this answer
  bool not_carried_out = false;   ///< surely nothing happened: who handed the request on may ask elsewhere
};

/// The rest of an answer whose body has no end in sight (agent/monitor, metrics/stream, snapshot).
class body_stream {
public:
  virtual ~body_stream() = default;
  /// Sends a piece. @returns how many bytes wait to be sent; whoever writes holds back while that is large.
  virtual std::size_t write(shared_bytes piece) = 0;
  virtual void finish() = 0;
  virtual bool closed() const = 0;
  /// `action` runs once when little enough waits to go on writing, or when the stream is closed; at once if that is so
  /// already. From any thread.
  virtual void on_drained(std::function<void()> action) { action(); }
};

/// One request under way. The socket side (or the simulator's client) implements it; an endpoint answers it exactly
/// once, at once or later and from any thread.
class exchange : public std::enable_shared_from_this<exchange> {
public:
  virtual ~exchange() = default;
  virtual const request& get_request() const = 0;
  virtual void respond(answer) = 0;
  /// Runs what makes the answer, where it is sent from: who brings the result of a write does not wait for that. At
  /// once where nobody would be held up.
  virtual void make_answer(std::function<void()> make) { make(); }
  /// Begins an answer whose body comes in pieces.
  virtual std::shared_ptr<body_stream> respond_stream(answer head) = 0;
  /// `action` runs once if the client goes away before the answer, or before the end of a streamed one; at once if it
  /// is gone already. One action at a time: a later call replaces the earlier.
  virtual void on_cancel(std::function<void()> action) = 0;
  /// The answer waits for something that may be far away. @returns false if too many of this client's do: then it is
  /// answered at once. It counts until it is answered.
  virtual bool begin_wait() { return true; }
  /// Whether there is memory for one more answer. Asked before a large one is made.
  virtual bool has_room() const { return true; }
};
using exchange_ptr = std::shared_ptr<exchange>;

/// What the HTTP listeners call for each request. Must not throw.
using request_handler = std::function<void(exchange_ptr)>;

} // namespace praetor::api
