#pragma once

#include "frontends/api/exchange.hpp"
#include "frontends/http/request_parser.hpp"

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace praetor::http {

/// "Not Found"; "status code <n>" for an unknown status.
std::string reason_phrase(unsigned status);

/// Whether a response with this status may have a body (RFC 9112 6.3).
bool status_has_body(unsigned status);

/// The `Date` line, formatted again only when the second has changed.
class date_line {
public:
  std::string_view at(std::time_t now);

private:
  std::time_t second_ = -1;
  std::string line_;
};

/// The framing of a response on its connection.
struct framing {
  bool http_1_0 = false;
  bool keep_alive = true;
  bool chunked = false;
  bool gzip = false;
  std::optional<std::size_t> length = {}; ///< Content-Length; nothing if the length is unknown
};

/// Appends status line, headers and the empty line. Ignores a Content-Length among the answer's own headers: the
/// framing determines it.
void append_head(std::string& out, const api::answer& answer, const framing& how, std::string_view date);

/// The whole response to a malformed request.
std::string failure_answer(const protocol_failure& failure);

} // namespace praetor::http
