#pragma once

#include "frontends/api/exchange.hpp"
#include "frontends/http/target.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace praetor::http {

/// Why a request was refused before any handler saw it. The connection ends after it.
struct protocol_failure {
  unsigned status = 400;
  std::string_view reason = "Bad Request"; ///< of the status line
  std::string_view text = {};              ///< the body; empty = "<status> <reason>"
};

/// What the socket side has to know of a request, beside the request itself.
struct head_facts {
  bool http_1_0 = false;
  bool keep_alive = true;
  bool head_only = false;       ///< HEAD: the answer has no body
  bool expect_continue = false; ///< the client waits for 100 before it sends the body
  bool expect_unknown = false;
  bool accepts_gzip = false;
  bool has_body = false;
  bool chunked = false;
  target_result target;
};

enum class parse_status {
  need_more, ///< all bytes were taken that make sense now
  head,      ///< reported once, before the body, for requests with a body
  complete,  ///< the request can be taken
  failed
};

/// Requests from bytes, however they are cut. One after the other: `reset` between them.
class request_parser {
public:
  request_parser();
  ~request_parser();
  request_parser(request_parser&&) noexcept;

  /// Begins the next request.
  /// @param max_header_bytes more (with some slack) fail with 431.
  void reset(std::uint32_t max_header_bytes, bool allow_unprintable);
  /// The most that the body may have; to be set at parse_status::head. More fails with 413 (see `body_too_long`).
  /// @param keep false: the bytes are dropped
  void limit_body(std::uint64_t max_bytes, bool keep = true);
  /// Bytes of the body so far.
  std::uint64_t body_bytes() const;

  /// Takes bytes from the front of `bytes` and removes them there. What is left at need_more has to be offered again
  /// with more bytes behind.
  parse_status feed(std::string_view& bytes);

  /// Whether a byte of the request has been seen.
  bool started() const;
  bool head_done() const;
  bool is_complete() const;
  bool body_too_long() const;
  const head_facts& facts() const;
  const protocol_failure& failure() const;
  api::request& current();

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

/// Feeds `bytes` as one connection would, in pieces of `piece` bytes (0 = at once), and counts what came out.
struct parse_tally {
  std::size_t complete = 0;
  unsigned failure_status = 0; ///< 0 = none
  std::size_t body_bytes = 0;
  bool operator==(const parse_tally&) const = default;
};
parse_tally parse_connection(std::string_view bytes, std::size_t piece, std::uint32_t max_header_bytes);

} // namespace praetor::http
