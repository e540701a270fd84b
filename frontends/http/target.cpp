#include "frontends/http/target.hpp"

#include "protocol/base/url.hpp"
#include "protocol/base/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace praetor::http {

namespace {

struct code_range {
  std::uint32_t first, last;
};

/// Unicode categories Cc, Cf, Co, Cs, Zl, Zp and Zs except the ASCII space. Unassigned code points are allowed.
constexpr std::array<code_range, 29> unprintable_ranges{{
    {0x0000, 0x001F},   {0x007F, 0x00A0},   {0x00AD, 0x00AD},   {0x0600, 0x0605},     {0x061C, 0x061C},
    {0x06DD, 0x06DD},   {0x070F, 0x070F},   {0x0890, 0x0891},   {0x08E2, 0x08E2},     {0x1680, 0x1680},
    {0x180E, 0x180E},   {0x2000, 0x200F},   {0x2028, 0x202F},   {0x205F, 0x206F},     {0x3000, 0x3000},
    {0xD800, 0xF8FF},   {0xFEFF, 0xFEFF},   {0xFFF0, 0xFFFB},   {0xFFFE, 0xFFFF},     {0x110BD, 0x110BD},
    {0x110CD, 0x110CD}, {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A},   {0x1FFFE, 0x1FFFF},
    {0xE0000, 0xE00FF}, {0xE01F0, 0xE0FFF}, {0xF0000, 0xFFFFF}, {0x100000, 0x10FFFF},
}};

bool is_printable(std::uint32_t code) {
  auto it = std::upper_bound(unprintable_ranges.begin(), unprintable_ranges.end(), code,
                             [](std::uint32_t value, const code_range& range) { return value < range.first; });
  return it == unprintable_ranges.begin() || code > std::prev(it)->last;
}

bool is_clean(std::string_view path) {
  if (path.empty() || path[0] != '/') return false;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    if (path[i] != '/') continue;
    char next = path[i + 1];
    if (next == '/') return false;
    if (next != '.') continue;
    auto rest = path.substr(i + 2);
    if (rest.empty() || rest[0] == '/') return false;
    if (rest[0] == '.' && (rest.size() == 1 || rest[1] == '/')) return false;
  }
  return true;
}

} // namespace

bool parse_query(std::string_view raw, api::query_parameters& out) {
  bool ok = true;
  std::vector<std::pair<std::string, std::string>> items;
  while (!raw.empty()) {
    auto part = raw.substr(0, raw.find('&'));
    raw.remove_prefix(std::min(part.size() + 1, raw.size()));
    if (part.empty()) continue;
    auto equals = part.find('=');
    std::string key, value;
    // A semicolon was once a separator too; accepting it either way would let two parsers disagree.
    if (part.find(';') != std::string_view::npos || !percent_decode(part.substr(0, equals), true, key) ||
        (equals != std::string_view::npos && !percent_decode(part.substr(equals + 1), true, value))) {
      ok = false;
      continue;
    }
    items.emplace_back(std::move(key), std::move(value));
  }
  out = api::query_parameters(std::move(items));
  return ok;
}

std::string clean_path(std::string_view path) {
  std::vector<std::string_view> segments;
  for (std::size_t at = 0; at < path.size();) {
    auto end = std::min(path.find('/', at), path.size());
    auto segment = path.substr(at, end - at);
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
    at = end + 1;
  }
  std::string out;
  out.reserve(path.size() + 1);
  for (auto segment : segments) out.append("/").append(segment);
  if (out.empty() || path.ends_with('/')) out.push_back('/');
  return out;
}

bool is_printable(std::string_view utf8) {
  bool plain = std::all_of(utf8.begin(), utf8.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  for (std::size_t at = 0; !plain && at < utf8.size();) {
    auto [code, length] = utf8::decode(utf8.substr(at));
    if (!is_printable(code)) return false;
    at += length;
  }
  return true;
}

target_result resolve_target(std::string_view raw, bool allow_unprintable, api::request& out) {
  bool connect = out.method == "CONNECT";
  if (raw == "*") return {target_kind::asterisk, {}};
  if (!raw.starts_with('/')) {
    if (connect) return {target_kind::authority, {}};
    auto parts = split_url(raw);
    if (parts.scheme.empty() || !parts.authority) return {target_kind::malformed, {}};
    raw = parts.rest;
  }
  auto question = raw.find('?');
  auto escaped = raw.substr(0, question);
  if (escaped.find('%') == std::string_view::npos)
    out.path = escaped;
  else if (!percent_decode(escaped, false, out.path))
    return {target_kind::malformed, {}};
  if (question != std::string_view::npos) {
    out.raw_query = raw.substr(question + 1);
    out.query_ok = parse_query(out.raw_query, out.query);
  }
  if (!allow_unprintable && !is_printable(out.path)) return {target_kind::unprintable, {}};
  // Cleans the escaped form: "%2F%2F" belongs to the client's key.
  if (!connect && !is_clean(escaped)) {
    auto location = clean_path(escaped);
    if (question != std::string_view::npos) location.append(raw.substr(question));
    return {target_kind::redirect, std::move(location)};
  }
  return {};
}

} // namespace praetor::http
