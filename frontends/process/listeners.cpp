#include "frontends/process/listeners.hpp"

#include "actors/ports/configured_tls.hpp"
#include "frontends/api/common_lines.hpp"

#include <algorithm>
#include <sys/resource.h>

namespace praetor {

namespace {

void add_listeners(const config::runtime_config& c, const std::vector<config::endpoint>& from, bool tls,
                   std::vector<http::listener_options>& to) {
  for (const auto& e : from) {
    http::listener_options l;
    l.address = e.is_unix() ? "unix://" + e.path : e.host;
    l.port = static_cast<std::uint16_t>(e.port);
    l.tls = tls;
    l.unix_mode = c.unix_socket_mode;
    l.unix_user = c.unix_socket_user;
    l.unix_group = c.unix_socket_group;
    l.allow_unprintable = c.disable_http_unprintable_char_filter;
    to.push_back(std::move(l));
  }
}

} // namespace

descriptor_budget descriptors_of(const config::runtime_config& c) {
  auto positive = [](std::int64_t n) { return static_cast<std::uint64_t>(std::max<std::int64_t>(n, 0)); };
  rlimit limit{};
  auto now = ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
  return divide_descriptors(now,
                            {c.server, positive(c.http.max_conns_per_client), positive(c.rpc.max_conns_per_client)});
}

dns::stream_limits dns_limits_of(const config::runtime_config& c) {
  auto share = descriptors_of(c).dns;
  dns::stream_limits out;
  out.most_in_total = share.in_total;
  out.most_per_address = share.of_one_address;
  return out;
}

http::server_options http_options_of(const config::runtime_config& c, logger_ptr log) {
  http::server_options o;
  add_listeners(c, c.http_addrs, false, o.listeners);
  // Without a certificate no handshake can succeed.
  if (!c.tls_https.cert_file.empty())
    add_listeners(c, c.https_addrs, true, o.listeners);
  else if (!c.https_addrs.empty())
    log->write(log_level::warn, "agent", "ports.https is set but tls.https has no certificate: HTTPS is not served");
  o.tls = configured_tls(c.tls_https);
  if (c.tls_https.verify_incoming) o.tls.verification = tls_verification::required;
  auto share = descriptors_of(c).http;
  o.limits.max_connections = static_cast<std::uint32_t>(share.in_total);
  o.limits.max_connections_per_client = static_cast<std::uint32_t>(share.of_one_address);
  o.limits.max_header_bytes = static_cast<std::uint32_t>(std::max<std::int64_t>(c.http.max_header_bytes, 0));
  o.limits.handshake_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(c.http.https_handshake_timeout);
  o.refuse_body = [lines = api::common_lines_of(c)](const api::request& head, const http::body_rule& rule) {
    auto answer = http::body_too_large(head, rule);
    answer.lines = lines;
    return answer;
  };
  o.warn = [log](std::string_view text) { log->write(log_level::warn, "agent.http", text); };
  o.log = [log = std::move(log)](std::string_view text) { log->write(log_level::debug, "agent.http", text); };
  return o;
}

} // namespace praetor
