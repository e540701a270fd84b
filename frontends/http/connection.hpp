#pragma once

#include "frontends/http/io_loop.hpp"
#include "frontends/http/request_parser.hpp"
#include "frontends/http/transport.hpp"

namespace praetor::http {

class pending_exchange;

/// The peer of a socket.
struct peer {
  std::string address; ///< empty on a unix socket
  std::uint16_t port = 0;
  bool counted = false; ///< counted for its address
};

/// One client's connection: reads requests and answers them one after the other, in order. Belongs to its loop's
/// thread.
///
/// The socket is monitored while a request waits for its answer: a disconnect cancels the request, and pipelined data
/// is kept up to a limit.
class connection : public std::enable_shared_from_this<connection> {
public:
  connection(std::shared_ptr<io_loop> loop, int socket, peer who, tls_session session, bool allow_unprintable);
  ~connection();

  void begin();
  void deliver(mail& letter);
  void check_deadline();
  void close_if_idle();
  /// Whether it is idle, before the first or between two requests: it may be closed in favour of another client.
  bool gives_way() const;
  const std::string& address() const { return peer_.address; }
  void close();
  /// Checks whether there is room now. @returns whether it has stopped waiting
  bool try_again();

  /// Its client's account. Constant.
  const std::shared_ptr<client_account>& account() const { return account_; }

  std::size_t position = 0; ///< among the loop's connections

private:
  enum class phase {
    handshake,
    reading,   ///< reads a request, or is idle
    judging,   ///< waits for the decision on a request's body
    holding,   ///< waits for room: nothing is read
    storing,   ///< a piece of the body is being written to disk: nothing is read
    waiting,   ///< waits for the handler's answer
    writing,   ///< sends a whole answer
    streaming, ///< sends a streamed answer
    lingering, ///< everything is sent: waits for the client to read it before closing
    closed
  };
  struct out_piece {
    std::string own;
    api::shared_bytes shared;
    std::string_view bytes() const { return shared ? std::string_view(*shared) : std::string_view(own); }
  };

  void wait_readable();
  void wait_writable();
  void readable();
  void writable();

  void shake_hands();
  void receive_requests();
  void watch_client();
  void discard_input();
  void client_gone(bool broken);

  void consume(std::string_view fresh);
  void go_on_reading();
  /// The head of a request with a body is complete. @param at_hand bytes received after it
  void judge_head(std::size_t at_hand);
  void take_verdict(head_verdict verdict);
  /// Reads the body once there is room for it.
  void await_body();
  void begin_body();
  /// Passes the received part of a body to the disk. @param last nothing follows
  void store_body(bool last);
  void body_stored(const mail& letter);
  /// Whether an incomplete head may grow.
  bool has_room_for_head(std::size_t bytes);
  /// The answer to a target that is not a path.
  std::optional<api::answer> answer_to_target();
  void dispatch();
  void hand_to_handler();
  void hold(void (connection::*then)());
  /// Whether the client is still connected, as far as can be determined without reading.
  bool client_is_there() const;
  void set_read_deadline();

  void send_failure();
  void refuse_body();
  /// Answers without reading the body: discards it if it is short, otherwise closes the connection.
  void refuse(api::answer answer);
  void send_busy(grant why, std::string_view what);
  /// Whether the client reads fast enough.
  bool reads_fast_enough();
  void begin_write_window();
  std::uint64_t taken_by_client() const;
  void send_simple(unsigned status, bool keep);
  void send_answer(const api::answer& answer);
  void begin_stream(const api::answer& head, std::shared_ptr<stream_state> stream);
  void pump_stream();
  void queue_chunk(std::vector<api::shared_bytes>& pieces, bool last);
  void send_or_queue(std::string_view head, const api::shared_bytes& body);
  /// Sends what is queued. @returns whether everything was sent.
  bool flush();
  void answer_sent();
  void linger();
  void forget_answer();
  void expire_in(std::chrono::milliseconds time);

  std::shared_ptr<io_loop> loop_;
  stream_socket socket_;
  transport transport_;
  peer peer_;
  request_parser parser_;
  std::string unparsed_; ///< received, not parsed yet
  std::shared_ptr<client_account> account_;
  share memory_;                         ///< from the pool for bodies and long heads, until a handler owns them
  std::unique_ptr<api::answer> refusal_; ///< sent once the rest of the body has been discarded
  void (connection::*held_)() = nullptr; ///< the continuation when there is room
  std::chrono::steady_clock::time_point hold_until_;
  std::weak_ptr<pending_exchange> pending_;
  std::shared_ptr<stream_state> stream_;
  std::unique_ptr<gzip_stream> gzip_;
  std::vector<out_piece> out_;
  std::size_t out_at_ = 0;                      ///< the first piece that is not completely sent
  std::size_t out_offset_ = 0;                  ///< how much of it is sent
  const std::string* counted_answer_ = nullptr; ///< counted among the loop's pending answers
  std::uint64_t sequence_ = 0;                  ///< number of the request
  std::uint64_t deadline_ = 0;                  ///< tick; 0: none
  std::uint64_t body_begun_at_ = 0;             ///< tick
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t window_start_ = 0; ///< bytes that the client had read when the write window began
  body_rule rule_;
  phase phase_;
  bool body_seen_ = false; ///< part of it arrived with the head
  bool is_asked_ = false;  ///< the loop polls whether it can continue
  bool allow_unprintable_;
  bool keep_alive_ = true;
  bool linger_ = false; ///< the client may still be sending
  bool read_armed_ = false, write_armed_ = false;
  bool client_finished_ = false; ///< it has shut down its sending side
  bool head_clock_ = false;      ///< the head timeout is running
};

} // namespace praetor::http
