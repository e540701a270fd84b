#include "protocol/base/url.hpp"
#include "frontends/cli/http_client.hpp"

#include <algorithm>

namespace praetor::cli {

namespace {

std::string escape_path(std::string_view path) {
  return percent_encoded(
      path, [](char c) { return is_unreserved(c) || std::string_view("$&+,/:;=@").find(c) != std::string_view::npos; });
}

std::string escape_query(std::string_view text) {
  auto result = percent_encoded(text, [](char c) { return is_unreserved(c) || c == ' '; });
  std::ranges::replace(result, ' ', '+');
  return result;
}

std::string escape_host(std::string_view host) {
  return percent_encoded(host, [](char c) {
    return is_unreserved(c) || std::string_view("!$&'()*+,;=:[]<>\"").find(c) != std::string_view::npos;
  });
}

} // namespace

std::string request_target(const endpoint& where, const http_request& request) {
  std::multimap<std::string, std::string> query(request.query.begin(), request.query.end());
  for (auto& [name, value] : request.repeated_query) query.emplace(name, value);
  std::string encoded;
  for (auto& [name, value] : query)
    encoded += (encoded.empty() ? "?" : "&") + escape_query(name) + "=" + escape_query(value);
  return escape_path(where.path_prefix + request.path) + encoded;
}

std::string request_url(const endpoint& where, const http_request& request) {
  return where.scheme + "://" + escape_host(where.host) + request_target(where, request);
}

} // namespace praetor::cli
