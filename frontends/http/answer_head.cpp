#include "frontends/http/answer_head.hpp"

#include <array>
#include <charconv>

namespace praetor::http {

namespace {

struct status_name {
  unsigned status;
  std::string_view reason;
};

constexpr std::array<status_name, 41> status_names{{
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Request Entity Too Large"},
    {414, "Request URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Requested Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Entity"},
    {423, "Locked"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
}};

void append_number(std::string& out, std::uint64_t value) {
  char digits[20];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

bool is_content_length(std::string_view name) {
  constexpr std::string_view lower = "content-length";
  if (name.size() != lower.size()) return false;
  for (std::size_t i = 0; i < lower.size(); ++i)
    if ((name[i] | 0x20) != (lower[i] | 0x20)) return false;
  return true;
}

/// A header value copied from a request must not end the line early (response splitting).
void append_value(std::string& out, std::string_view value) {
  auto at = out.size();
  out.append(value);
  for (; at < out.size(); ++at)
    if (out[at] == '\r' || out[at] == '\n') out[at] = ' ';
}

} // namespace

std::string reason_phrase(unsigned status) {
  for (auto& [code, reason] : status_names)
    if (code == status) return std::string(reason);
  return "status code " + std::to_string(status);
}

bool status_has_body(unsigned status) { return status >= 200 && status != 204 && status != 304; }

std::string_view date_line::at(std::time_t now) {
  if (now != second_) {
    // Not strftime: the names of days and months must not depend on a locale (RFC 9110 5.6.7).
    static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm utc{};
    gmtime_r(&now, &utc);
    char text[64];
    auto n = std::snprintf(text, sizeof text, "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
                           days[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                           months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                           utc.tm_sec);
    line_.assign(text, static_cast<std::size_t>(n));
    second_ = now;
  }
  return line_;
}

void append_head(std::string& out, const api::answer& answer, const framing& how, std::string_view date) {
  if (answer.status == 200) {
    out.append(how.http_1_0 ? "HTTP/1.0 200 OK\r\n" : "HTTP/1.1 200 OK\r\n");
  } else {
    out.append(how.http_1_0 ? "HTTP/1.0 " : "HTTP/1.1 ");
    append_number(out, answer.status);
    out.append(" ").append(reason_phrase(answer.status)).append("\r\n");
  }
  if (!answer.content_type.empty()) {
    out.append("Content-Type: ");
    append_value(out, answer.content_type);
    out.append("\r\n");
  }
  if (answer.common_lines) out.append(*answer.common_lines);
  out.append(answer.lines);
  for (auto& [name, value] : answer.headers) {
    if (is_content_length(name)) continue;
    append_value(out, name);
    out.append(": ");
    append_value(out, value);
    out.append("\r\n");
  }
  if (how.gzip) out.append("Content-Encoding: gzip\r\n");
  out.append(date);
  if (how.length && status_has_body(answer.status)) {
    out.append("Content-Length: ");
    append_number(out, *how.length);
    out.append("\r\n");
  }
  if (how.chunked) out.append("Transfer-Encoding: chunked\r\n");
  if (!how.keep_alive && !how.http_1_0) out.append("Connection: close\r\n");
  if (how.keep_alive && how.http_1_0) out.append("Connection: keep-alive\r\n");
  out.append("\r\n");
}

std::string failure_answer(const protocol_failure& failure) {
  auto status = std::to_string(failure.status) + " " + std::string(failure.reason);
  return "HTTP/1.1 " + status + "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n" +
         (failure.text.empty() ? status : std::string(failure.text));
}

} // namespace praetor::http
