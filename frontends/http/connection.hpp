#pragma once

#include "frontends/http/io_loop.hpp"
#include "frontends/http/request_parser.hpp"
#include "frontends/http/transport.hpp"

namespace praetor::http {

class pending_exchange;

/// Who is at the other end of a socket.
struct peer {
  std::string address; ///< empty on a unix socket
  std::uint16_t port = 0;
  bool counted = false; ///< among the connections of its address
};

/// One client's connection: reads requests, has them answered one after the other, in order. Belongs to its loop's
/// thread.
///
/// While a request waits for its answer the socket is still watched: a client that goes away cancels the request, and
/// what it sends ahead is kept up to a limit.
class connection : public std::enable_shared_from_this<connection> {
public:
  connection(std::shared_ptr<io_loop> loop, int socket, peer who, tls_session session, bool allow_unprintable);
  ~connection();

  void begin();
  void deliver(mail& letter);
  void check_deadline();
  void close_if_idle();
  /// Whether it has not asked for anything yet, or is between two requests: it may be ended for another client.
  bool gives_way() const;
  const std::string& address() const { return peer_.address; }
  void close();

  std::size_t position = 0; ///< among the loop's connections

private:
  enum class phase {
    handshake,
    reading,   ///< a request, or nothing yet
    waiting,   ///< for the handler's answer
    writing,   ///< a whole answer
    streaming, ///< an answer whose end is not known
    lingering, ///< all is said: let the client read it before the socket goes
    closed
  };
  struct out_piece {
    std::string own;
    endpoints::shared_bytes shared;
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
  /// The head of a request with a body is known. @param more whether bytes of the body are there already.
  void judge_head(bool more);
  void dispatch();
  void hand_to_handler();
  void set_read_deadline();

  void send_failure();
  void refuse_body();
  void send_simple(unsigned status, bool keep);
  void send_answer(const endpoints::answer& answer);
  void begin_stream(const endpoints::answer& head, std::shared_ptr<stream_state> stream);
  void pump_stream();
  void queue_chunk(std::vector<endpoints::shared_bytes>& pieces, bool last);
  void send_or_queue(std::string_view head, const endpoints::shared_bytes& body);
  /// Sends what is queued. @returns whether all is gone.
  bool flush();
  void answer_sent();
  void linger();
  void end_in_flight();
  void expire_in(std::chrono::milliseconds time);

  std::shared_ptr<io_loop> loop_;
  stream_socket socket_;
  transport transport_;
  peer peer_;
  request_parser parser_;
  std::string unparsed_; ///< received and not yet a request
  std::weak_ptr<pending_exchange> pending_;
  std::shared_ptr<stream_state> stream_;
  std::unique_ptr<gzip_stream> gzip_;
  std::vector<out_piece> out_;
  std::size_t out_at_ = 0;     ///< the first piece that is not wholly sent
  std::size_t out_offset_ = 0; ///< and how much of it is
  std::uint64_t sequence_ = 0; ///< of the request
  std::uint64_t deadline_ = 0; ///< tick; 0 = none
  body_rule rule_;
  phase phase_;
  bool allow_unprintable_;
  bool keep_alive_ = true;
  bool linger_ = false; ///< the client may still be sending
  bool counted_in_flight_ = false;
  bool read_armed_ = false, write_armed_ = false;
  bool client_finished_ = false; ///< it sends no more
  bool head_clock_ = false;      ///< the time-out for a head runs
};

} // namespace praetor::http
