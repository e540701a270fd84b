#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace praetor {

inline constexpr std::string_view hex_digits = "0123456789abcdef", upper_hex_digits = "0123456789ABCDEF";

/// Two digits a byte.
inline void append_hex(std::string& out, unsigned char byte, std::string_view digits = hex_digits) {
  out += digits[byte >> 4];
  out += digits[byte & 15];
}

/// The bytes as lower-case digits, with `separator` between two bytes.
inline std::string hex(std::string_view bytes, std::string_view separator = {}) {
  std::string out;
  out.reserve(bytes.size() * (2 + separator.size()));
  for (unsigned char byte : bytes) {
    if (!out.empty()) out += separator;
    append_hex(out, byte);
  }
  return out;
}

/// The value of a digit of either case; -1 for any other character.
constexpr int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}
constexpr bool is_hex_digit(char c) { return hex_value(c) >= 0; }

/// Decodes pairs of digits; nothing if the text is malformed.
inline std::optional<std::string> parse_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    int high = hex_value(text[i]), low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

} // namespace praetor
