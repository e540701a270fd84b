#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

/// UTF-8 (RFC 3629).
namespace praetor::utf8 {

/// The length (1 to 4) of the well-formed sequence at `at`, or 0 if there is none. Overlong forms, surrogates and
/// values above U+10FFFF are malformed.
inline std::size_t sequence_length(std::string_view text, std::size_t at) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  auto left = text.size() - at;
  auto tail = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  auto c = byte(0);
  if (c < 0x80) return 1;
  if (c < 0xc2) return 0;
  if (c < 0xe0) return left >= 2 && tail(1) ? 2 : 0;
  if (c < 0xf0) {
    if (left < 3 || !tail(1) || !tail(2)) return 0;
    if ((c == 0xe0 && byte(1) < 0xa0) || (c == 0xed && byte(1) >= 0xa0)) return 0;
    return 3;
  }
  if (c < 0xf5) {
    if (left < 4 || !tail(1) || !tail(2) || !tail(3)) return 0;
    if ((c == 0xf0 && byte(1) < 0x90) || (c == 0xf4 && byte(1) >= 0x90)) return 0;
    return 4;
  }
  return 0;
}

inline constexpr char32_t replacement = 0xfffd;

/// The first character of `text` and its length in bytes. `text` must not be empty. A byte that starts no well-formed
/// sequence decodes as U+FFFD of length 1.
inline std::pair<char32_t, std::size_t> decode(std::string_view text) {
  auto length = sequence_length(text, 0);
  if (length == 0) return {replacement, 1};
  auto lead = static_cast<unsigned char>(text[0]);
  char32_t code = length == 1 ? lead : lead & (0xff >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3f);
  return {code, length};
}

/// Appends a code point; a value that is no Unicode scalar becomes U+FFFD.
inline void append(std::string& out, std::uint32_t point) {
  if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) point = replacement;
  auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80)
    put(point);
  else if (point < 0x800)
    put(0xc0 | point >> 6), put(0x80 | (point & 0x3f));
  else if (point < 0x10000)
    put(0xe0 | point >> 12), put(0x80 | (point >> 6 & 0x3f)), put(0x80 | (point & 0x3f));
  else
    put(0xf0 | point >> 18), put(0x80 | (point >> 12 & 0x3f)), put(0x80 | (point >> 6 & 0x3f)),
        put(0x80 | (point & 0x3f));
}

} // namespace praetor::utf8
