#pragma once

#include "frontends/api/exchange.hpp"
#include "frontends/http/request_parser.hpp"

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace praetor::http {

/// "Not Found"; "status code <n>" for a code without a name.
std::string reason_phrase(unsigned status);

/// Whether an answer of this status may have a body.
bool status_has_body(unsigned status);

/// The `Date` line, written anew only when the second has changed.
class date_line {
public:
  std::string_view at(std::time_t now);

private:
  std::time_t second_ = -1;
  std::string line_;
};

/// How an answer travels on its connection.
struct framing {
  bool http_1_0 = false;
  bool keep_alive = true;
  bool chunked = false;
  bool gzip = false;
  std::optional<std::size_t> length = {}; ///< Content-Length; nothing for a body whose end is not known
};

/// Appends status line, headers and the empty line. A Content-Length among the answer's own headers is left out: the
/// framing knows better.
void append_head(std::string& out, const api::answer& answer, const framing& how, std::string_view date);

/// The whole answer to what is no understandable request.
std::string failure_answer(const protocol_failure& failure);

} // namespace praetor::http
