#include "protocol/codec/base64.hpp"

#include "protocol/codec/json_write.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace praetor {

namespace {

constexpr std::array<std::int8_t, 256> make_values() {
  std::array<std::int8_t, 256> values{};
  for (auto& v : values) v = -1;
  for (int i = 0; i < 26; ++i) {
    values[static_cast<std::size_t>('A' + i)] = static_cast<std::int8_t>(i);
    values[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(26 + i);
  }
  for (int i = 0; i < 10; ++i) values[static_cast<std::size_t>('0' + i)] = static_cast<std::int8_t>(52 + i);
  values['+'] = 62;
  values['/'] = 63;
  return values;
}
constexpr auto values = make_values();

tl::unexpected<error> illegal(std::size_t at) {
  return fail("illegal base64 data at input byte " + std::to_string(at), 400);
}

} // namespace

expected<std::string> base64_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  auto is_line_end = [&](std::size_t i) { return text[i] == '\n' || text[i] == '\r'; };
  std::uint32_t group = 0;
  std::size_t have = 0; // characters of the current group of four
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_line_end(i)) continue;
    if (auto value = values[static_cast<unsigned char>(text[i])]; value >= 0) {
      group = group << 6 | static_cast<std::uint32_t>(value);
      if (++have < 4) continue;
      for (int shift : {16, 8, 0}) out += static_cast<char>(group >> shift);
      group = 0;
      have = 0;
      continue;
    }
    if (text[i] != '=' || have < 2) return illegal(i);
    // The padding ends the text: "==" after two characters, "=" after three.
    auto next = i + 1;
    auto skip_line_ends = [&] {
      while (next < text.size() && is_line_end(next)) ++next;
    };
    if (have == 2) {
      skip_line_ends();
      if (next == text.size()) return illegal(text.size());
      if (text[next] != '=') return illegal(next - 1);
      ++next;
      out += static_cast<char>(group >> 4);
    } else {
      out += static_cast<char>(group >> 10);
      out += static_cast<char>(group >> 2);
    }
    skip_line_ends();
    if (next < text.size()) return illegal(next);
    return out;
  }
  if (have != 0) return illegal(text.size() - have);
  return out;
}

expected<std::string> base64url_decode(std::string_view text) {
  std::string standard(text);
  for (auto& c : standard) {
    if (c == '+' || c == '/' || c == '=') return illegal(static_cast<std::size_t>(&c - standard.data()));
    if (c == '-') c = '+';
    if (c == '_') c = '/';
  }
  auto characters =
      static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return c != '\n' && c != '\r'; }));
  constexpr std::size_t group_size = 4;
  // One character alone stays without padding, and is illegal there too.
  if (auto open = characters % group_size; open > 1) standard.append(group_size - open, '=');
  return base64_decode(standard);
}

std::string base64_encode(std::string_view bytes) {
  std::string out;
  json::append_base64(out, bytes);
  return out;
}

} // namespace praetor
