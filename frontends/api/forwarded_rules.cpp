#include "frontends/api/forwarded_rules.hpp"

#include "frontends/api/call.hpp"

#include <algorithm>
#include <arpa/inet.h>

namespace praetor::api {

namespace {

/// More than any client sends; each costs a copy per lookup.
constexpr std::size_t most_parameters = 1024;
/// The limit on waiting for a leader, unless this agent's own configuration allows more.
constexpr nanoseconds longest_hold = std::chrono::minutes(1);
/// As for a request line over HTTP.
constexpr std::size_t longest_path = 1 << 20;

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

bool is_address(const std::string& text) {
  in6_addr unused;
  return ::inet_pton(AF_INET, text.c_str(), &unused) == 1 || ::inet_pton(AF_INET6, text.c_str(), &unused) == 1;
}

/// Why an HTTP parser would have rejected the request, if so.
std::optional<std::string> malformed(const request& req, const config::runtime_config& config) {
  if (!req.path.starts_with('/') || req.path.size() > longest_path) return "its path is none";
  if (!config.disable_http_unprintable_char_filter && has_control_character(req.path))
    return "its path has control characters";
  if (req.query.items().size() > most_parameters)
    return "it has more than " + std::to_string(most_parameters) + " parameters";
  if (!req.remote_address.empty() && !is_address(req.remote_address)) return "the client's address is none";
  return {};
}

} // namespace

body_rule rule_of(body_limit limit, const config::runtime_config& config) {
  auto value = config.kv_max_value_size;
  switch (limit) {
  case body_limit::standard: break;
  case body_limit::kv_value: return {value, "kv_max_value_size"};
  case body_limit::transaction: return {std::max(config.txn_max_req_len, value), "txn_max_req_len"};
  case body_limit::archive: return {largest_archive};
  }
  return {};
}

request request_of(remote_request from, std::uint32_t hops, nanoseconds hold) {
  request req;
  req.method = std::move(from.method);
  req.path = std::move(from.path);
  req.raw_query = std::move(from.raw_query);
  std::vector<std::pair<std::string, std::string>> items;
  for (auto& one : from.query) items.emplace_back(std::move(one.name), std::move(one.value));
  req.query = query_parameters(std::move(items));
  for (auto& one : from.headers) {
    bool matters =
        std::find(headers_that_matter.begin(), headers_that_matter.end(), one.name) != headers_that_matter.end();
    if (matters && !has_control_character(one.value))
      req.headers.emplace_back(std::move(one.name), std::move(one.value));
  }
  req.body = std::move(from.body);
  req.content_length = req.body.size() + from.rest_size;
  req.remote_address = std::move(from.remote_address);
  req.remote_port = from.remote_port;
  req.via = std::make_shared<const forwarding_context>(
      forwarding_context{hops, hold, std::move(from.requester), std::move(from.origin)});
  return req;
}

nanoseconds bounded_hold(nanoseconds hold, const config::runtime_config& config) {
  return std::clamp(hold, nanoseconds{0}, std::max<nanoseconds>(config.rpc_hold_timeout, longest_hold));
}

void bound(remote_request& from, nanoseconds& hold, const config::runtime_config& config) {
  hold = bounded_hold(hold, config);
  auto& left = from.requester.wait_left;
  if (left) *left = std::clamp(*left, nanoseconds{0}, config.max_query_time + config.max_query_time / 16);
}

std::optional<answer> refused_by_route(const route& r, const request& req, const config::runtime_config& config) {
  if (!req.via) return {};
  if (r.answered_by == answerer::agent)
    return text_answer(403, req.method + " " + std::string(r.path) +
                                " is answered by each agent for itself, and not taken from another agent");
  if (auto why = malformed(req, config)) return text_answer(400, "a request of another agent is refused: " + *why);
  auto rule = rule_of(r.body.limit, config);
  if (req.content_length.value_or(0) > rule.max_bytes) return body_too_large(req, rule);
  return {};
}

} // namespace praetor::api
