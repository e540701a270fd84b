#pragma once

#include "protocol/types/error.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct nghttp2_session;

namespace praetor {

struct http2_field {
  std::string name, value;
};
using http2_fields = std::vector<http2_field>;

/// The answer to a request, as far as it has arrived.
struct http2_answer {
  http2_fields head, trailer;
  std::string body;
  bool ended = false;     ///< nothing follows
  std::uint32_t code = 0; ///< how it ended, an error code of RFC 9113 7; 0: NO_ERROR

  /// The first field with this name (lower case); null if there is none.
  static const std::string* find(const http2_fields& fields, std::string_view name);
};

/// The client's side of an HTTP/2 connection (RFC 9113) without its socket: one ping or one request. A peer can neither
/// make it take more memory than the limits below nor send it more.
class http2_session {
public:
  static constexpr std::size_t most_received = 256 << 10; ///< bytes of a connection
  static constexpr std::size_t most_fields = 64 << 10;    ///< names and values after decompression

  http2_session();
  ~http2_session();
  http2_session(const http2_session&) = delete;
  http2_session& operator=(const http2_session&) = delete;

  void send_ping();
  void send_request(const http2_fields& head, std::string body);

  /// The bytes to send next; empty if there are none.
  std::string output();
  /// The error of the protocol that the peer is told with the output; empty if there is none.
  std::string failure() const { return failure_.value_or(""); }
  /// Consumes bytes of the peer. @returns an error, in the words of Go's client, if the connection is useless now
  expected<void> receive(std::string_view bytes);
  /// The peer has closed the connection. @returns why what was asked has no answer
  std::string lost() const;

  bool settled() const { return settled_; } ///< the peer's preface has arrived
  /// The type of the peer's first frame if it is not the one that a preface begins with: "Ping"; empty if it is.
  const std::string& wrong_first_frame() const { return wrong_first_frame_; }
  bool pong() const { return pong_; }       ///< the ping is answered
  bool leaving() const { return leaving_; } ///< the peer takes no more requests (GOAWAY)
  const http2_answer& answer() const { return answer_; }

private:
  struct callbacks;
  expected<void> follow_frames(std::string_view bytes);

  std::unique_ptr<nghttp2_session, void (*)(nghttp2_session*)> session_;
  std::string frame_head_;     ///< of the present frame, as far as it has arrived
  std::size_t frame_left_ = 0; ///< bytes that the present frame lacks
  bool any_frame_ = false;
  std::string wrong_first_frame_;
  std::size_t received_ = 0, field_bytes_ = 0;
  bool settled_ = false, pong_ = false, leaving_ = false;
  std::optional<std::string> failure_; ///< an error of the protocol
  std::string request_body_;
  std::size_t body_sent_ = 0;
  http2_fields* current_ = nullptr; ///< where the fields of the present header block belong
  http2_answer answer_;
};

} // namespace praetor
