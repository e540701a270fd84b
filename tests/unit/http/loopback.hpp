#pragma once

#include "frontends/http/server.hpp"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>

namespace praetor::http::test {

/// Requests that a test server echoes, and one that it holds.
inline const std::string get = "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n";
inline const std::string keep = "GET /keep HTTP/1.1\r\nHost: a\r\n\r\n";

/// A client that sends raw bytes and returns the responses.
class raw_client {
public:
  explicit raw_client(std::uint16_t port);
  explicit raw_client(const std::string& unix_path);
  ~raw_client();
  raw_client(const raw_client&) = delete;

  raw_client& send(std::string_view bytes);
  /// Up to `count` complete responses, with the date blanked. Ends early if the connection closes.
  std::string answers(int count, bool head_only = false);
  std::string answer(bool head_only = false) { return answers(1, head_only); }
  /// Reads until the server closes; fails the test if it does not.
  std::string rest();
  std::string read_some();
  /// Shuts down the sending side; still reads.
  void finish_sending();
  /// Resets the connection.
  void reset();
  bool send_failed() const { return send_failed_; }
  int socket() const { return socket_; }

private:
  bool fill();
  int socket_ = -1;
  std::string buffer_;
  bool ended_ = false, send_failed_ = false;
};

struct parsed_answer {
  unsigned status = 0;
  std::map<std::string, std::string> headers; ///< with lower-case names
  std::string body;                           ///< with chunking removed
  bool whole = false;
};
parsed_answer parse_answer(const std::string& raw);

/// Passes values from the server's threads to the test.
template <class T>
class mailbox {
public:
  void put(T item) {
    std::lock_guard lock(mutex_);
    items_.push_back(std::move(item));
    changed_.notify_all();
  }
  /// Nothing on a timeout, which only serves to terminate a broken test.
  std::optional<T> take() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(10), [this] { return !items_.empty(); })) return std::nullopt;
    auto item = std::move(items_.front());
    items_.pop_front();
    return item;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> items_;
};

/// A server on a port chosen by the system. The path selects the handler's behaviour:
///   /echo...   method, path, query and body of the request, as text
///   /text/N    N bytes of compressible JSON
///   /empty     204, with a body that must not be sent
///   /close     a response that closes the connection
///   /drop      no response at all
///   /keep...   the exchange goes to `kept`, the test answers
class test_server {
public:
  explicit test_server(server_options options = {}, bool start = true);

  std::uint16_t port() const { return server.endpoints().front().port; }
  void handle(const api::exchange_ptr& exchange);

  mailbox<api::exchange_ptr> kept;
  mailbox<std::string> cancelled;
  mailbox<std::string> logged;
  praetor::http::server server; ///< declared last, so that it stops first
};

api::answer text_answer(std::string body);
api::shared_bytes bytes(std::string text);

} // namespace praetor::http::test
