#pragma once

#include "frontends/api/exchange.hpp"
#include "frontends/http/target.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace praetor::http {

/// Why a request was rejected before any handler saw it. The connection is closed afterwards.
struct protocol_failure {
  unsigned status = 400;
  std::string_view reason = "Bad Request"; ///< of the status line
  std::string_view text = {};              ///< the body; empty: "<status> <reason>"
};

/// Facts about a request that only the connection needs.
struct head_facts {
  bool http_1_0 = false;
  bool keep_alive = true;
  bool head_only = false;       ///< HEAD: the response has no body
  bool expect_continue = false; ///< the client waits for 100 Continue before it sends the body
  bool expect_unknown = false;
  bool accepts_gzip = false;
  bool has_body = false;
  bool chunked = false;
  target_result target;
};

enum class parse_status {
  need_more, ///< all usable bytes were consumed
  head,      ///< reported once, before the body, for requests with a body
  complete,  ///< the request is complete
  failed
};

/// Parses requests from bytes, however they are split. One request at a time, with `reset` in between.
class request_parser {
public:
  request_parser();
  ~request_parser();
  request_parser(request_parser&&) noexcept;

  /// Starts the next request.
  /// @param max_header_bytes larger headers (with some slack) fail with 431.
  void reset(std::uint32_t max_header_bytes, bool allow_unprintable);
  /// The maximal body size; set at parse_status::head. More fails with 413 (see `body_too_long`).
  /// @param keep false: the bytes are discarded
  void limit_body(std::uint64_t max_bytes, bool keep = true);
  /// Bytes of the body so far.
  std::uint64_t body_bytes() const;

  /// Consumes bytes from the front of `bytes`. After need_more, pass the rest again, followed by more bytes.
  parse_status feed(std::string_view& bytes);

  /// Whether any byte of the request was received.
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

/// Feeds `bytes` like one connection, in pieces of `piece` bytes (0: all at once), and counts the results.
struct parse_tally {
  std::size_t complete = 0;
  unsigned failure_status = 0; ///< 0: none
  std::size_t body_bytes = 0;
  bool operator==(const parse_tally&) const = default;
};
parse_tally parse_connection(std::string_view bytes, std::size_t piece, std::uint32_t max_header_bytes);

} // namespace praetor::http
