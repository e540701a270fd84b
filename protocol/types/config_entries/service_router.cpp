#include "protocol/types/config_entries/service_router.hpp"

#include "protocol/base/quoted.hpp"

#include <algorithm>

namespace praetor::config_entries {

namespace {

bool is_retry_condition(std::string_view text) {
  for (std::string_view known :
       {"5xx", "gateway-error", "reset", "connect-failure", "envoy-ratelimited", "retriable-4xx", "refused-stream",
        "cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable"})
    if (text == known) return true;
  return false;
}

expected<void> check_route_match(const http_match& m, const std::string& where) {
  auto relative = [](const std::string& path) { return !path.empty() && !path.starts_with('/'); };
  if (relative(m.path_exact)) return fail(where + "PathExact doesn't start with '/': " + praetor::quoted(m.path_exact));
  if (relative(m.path_prefix))
    return fail(where + "PathPrefix doesn't start with '/': " + praetor::quoted(m.path_prefix));
  if (int{!m.path_exact.empty()} + int{!m.path_prefix.empty()} + int{!m.path_regex.empty()} > 1)
    return fail(where + "should only contain at most one of PathExact, PathPrefix, or PathRegex");
  for (std::size_t j = 0; j < m.header.size(); ++j) {
    auto header = where + "Header" + at(j);
    if (m.header[j].name.empty()) return fail(header + " missing required Name field");
    if (alternatives_of(m.header[j]) != 1)
      return fail(header + " should only contain one of Present, Exact, Prefix, Suffix, or Regex");
  }
  for (std::size_t j = 0; j < m.query_param.size(); ++j) {
    auto param = where + "QueryParam" + at(j);
    const auto& q = m.query_param[j];
    if (q.name.empty()) return fail(param + " missing required Name field");
    if (int{q.present} + int{!q.exact.empty()} + int{!q.regex.empty()} != 1)
      return fail(param + " should only contain one of Present, Exact, or Regex");
  }
  for (auto i = m.methods.begin(); i != m.methods.end(); ++i) {
    if (!is_http_method(*i)) return fail(where + "Methods contains an invalid method " + praetor::quoted(*i));
    if (std::find(m.methods.begin(), i, *i) != i)
      return fail(where + "Methods contains " + praetor::quoted(*i) + " more than once");
  }
  return {};
}

} // namespace

expected<void> service_router::normalize() {
  for (auto& route : routes)
    if (route.match && route.match->http)
      for (auto& method : route.match->http->methods) method = upper_case(method);
  return {};
}

expected<void> service_router::validate() const {
  if (name.empty()) return fail("Name is required");
  if (auto good = check_meta(meta).result(); !good) return good;
  for (std::size_t i = 0; i < routes.size(); ++i) {
    const auto& route = routes[i];
    auto where = "Route" + at(i) + " ";
    bool has_path = false;
    if (route.match && route.match->http) {
      const auto& match = *route.match->http;
      if (auto good = check_route_match(match, where); !good) return good;
      has_path = !match.path_exact.empty() || !match.path_prefix.empty();
    }
    if (!route.destination) continue;
    if (!route.destination->prefix_rewrite.empty() && !has_path)
      return fail(where + "cannot make use of PrefixRewrite without configuring either PathExact or PathPrefix");
    for (const auto& condition : route.destination->retry_on)
      if (!is_retry_condition(condition))
        return fail(where + "contains an invalid retry condition: " + praetor::quoted(condition));
  }
  return {};
}

string_list service_router::related_services() const {
  string_list out;
  for (const auto& route : routes)
    if (route.destination && !route.destination->service.empty()) out.push_back(route.destination->service);
  return out;
}

} // namespace praetor::config_entries
