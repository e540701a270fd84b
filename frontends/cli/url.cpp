#include "frontends/cli/http_client.hpp"
#include "protocol/base/hex.hpp"

namespace praetor::cli {

namespace {

bool plain(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

std::string percent(unsigned char c) {
  std::string out = "%";
  append_hex(out, c, upper_hex_digits);
  return out;
}

std::string escape_path(std::string_view path) {
  std::string result;
  for (unsigned char c : path)
    if (plain(c) || std::string_view("$&+,/:;=@").find(static_cast<char>(c)) != std::string_view::npos)
      result += static_cast<char>(c);
    else
      result += percent(c);
  return result;
}

std::string escape_query(std::string_view text) {
  std::string result;
  for (unsigned char c : text) {
    if (c == ' ')
      result += '+';
    else if (plain(c))
      result += static_cast<char>(c);
    else
      result += percent(c);
  }
  return result;
}

std::string escape_host(std::string_view host) {
  std::string result;
  for (unsigned char c : host)
    if (plain(c) || std::string_view("!$&'()*+,;=:[]<>\"").find(static_cast<char>(c)) != std::string_view::npos)
      result += static_cast<char>(c);
    else
      result += percent(c);
  return result;
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
