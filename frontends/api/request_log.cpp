#include "frontends/api/request_log.hpp"

#include "actors/ports.hpp"
#include "protocol/base/hex.hpp"
#include "protocol/base/url.hpp"

namespace praetor::api {

namespace {

/// Escapes non-printable and `special` characters.
void append_escaped(std::string& out, std::string_view text, std::string_view special) {
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && byte < 0x7f && special.find(c) == special.npos) {
      out += c;
      continue;
    }
    append_hex(out += '%', byte, upper_hex_digits);
  }
}

std::string sender(const request& req) {
  if (req.remote_address.empty()) return "@";
  return join_host_port(req.remote_address, std::to_string(req.remote_port));
}

} // namespace

std::string logged_url(const request& req) {
  std::string out;
  append_escaped(out, req.path, "%?#\"");
  if (req.raw_query.empty()) return out;
  out += '?';
  if (req.query_ok && !req.query.has("token")) {
    append_escaped(out, req.raw_query, "\"");
    return out;
  }
  bool first = true;
  for (const auto& [key, value] : req.query.items()) {
    if (!first) out += '&';
    first = false;
    append_escaped(out, key, "%&=+#\"");
    if (value.empty()) continue;
    out += '=';
    if (key == "token")
      out += "<hidden>";
    else
      append_escaped(out, value, "%&=+#\"");
  }
  return out;
}

void log_request(const environment& env, const request& req, const answer& a, steady_time started) {
  auto& log = *env.outside().log_lines;
  bool failed = a.status >= 500 && a.body && !a.body->empty();
  if (failed && log.enabled(log_level::error))
    log.write(log_level::error, "agent.http", "Request error",
              {{"method", req.method}, {"url", logged_url(req)}, {"from", sender(req)}, {"error", *a.body}});
  if (log.enabled(log_level::debug))
    log.write(log_level::debug, "agent.http", "Request finished",
              {{"method", req.method},
               {"url", logged_url(req)},
               {"from", sender(req)},
               {"latency", duration_to_text(env.now() - started)}});
}

} // namespace praetor::api
