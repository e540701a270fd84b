#include "protocol/types/values.hpp"

#include "protocol/base/hex.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace praetor {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Writes `value` / 10^`digits` without trailing zeros, and without the point if no fraction remains.
std::string with_fraction(std::uint64_t value, int digits) {
  std::uint64_t scale = 1;
  for (int i = 0; i < digits; ++i) scale *= 10;
  auto text = std::to_string(value / scale);
  auto rest = value % scale;
  if (rest == 0) return text;
  auto fraction = std::to_string(rest);
  fraction.insert(0, static_cast<std::size_t>(digits) - fraction.size(), '0');
  while (fraction.back() == '0') fraction.pop_back();
  return text + "." + fraction;
}

} // namespace

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (auto& c : out) c = lower(c);
  return out;
}

bool equal_fold(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

std::string duration_to_text(nanoseconds value) {
  auto n = value.count();
  if (n == 0) return "0s";
  auto magnitude = n < 0 ? ~static_cast<std::uint64_t>(n) + 1 : static_cast<std::uint64_t>(n);
  std::string sign = n < 0 ? "-" : "";
  if (magnitude < 1'000) return sign + std::to_string(magnitude) + "ns";
  if (magnitude < 1'000'000) return sign + with_fraction(magnitude, 3) + "\u00b5s";
  if (magnitude < 1'000'000'000) return sign + with_fraction(magnitude, 6) + "ms";
  constexpr std::uint64_t minute = 60'000'000'000, hour = 60 * minute;
  auto text = with_fraction(magnitude % minute, 9) + "s";
  if (magnitude >= minute) text = std::to_string(magnitude % hour / minute) + "m" + text;
  if (magnitude >= hour) text = std::to_string(magnitude / hour) + "h" + text;
  return sign + text;
}

namespace {

/// As Go's package time quotes: byte by byte where a character is not ASCII.
std::string quoted_by_bytes(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x80) {
      append_hex(out += "\\x", byte);
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

} // namespace

duration_result duration_from_text(std::string_view text) {
  auto invalid = [&] { return duration_result{{}, "time: invalid duration " + quoted_by_bytes(text)}; };
  auto rest = text;
  bool negative = false;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
    negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  if (rest == "0") return {nanoseconds{0}, {}};
  if (rest.empty()) return invalid();
  constexpr std::uint64_t limit = 1ull << 63;
  std::uint64_t total = 0;
  while (!rest.empty()) {
    auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (rest[0] != '.' && !is_digit(rest[0])) return invalid();
    std::uint64_t whole = 0, fraction = 0;
    double scale = 1;
    std::size_t i = 0;
    for (; i < rest.size() && is_digit(rest[i]); ++i) {
      if (whole > limit / 10) return invalid();
      whole = whole * 10 + static_cast<std::uint64_t>(rest[i] - '0');
      if (whole > limit) return invalid();
    }
    bool digits_before = i > 0, digits_after = false;
    if (i < rest.size() && rest[i] == '.') {
      auto start = ++i;
      bool full = false;
      for (; i < rest.size() && is_digit(rest[i]); ++i) {
        if (full) continue;
        if (fraction > (limit - 1) / 10) {
          full = true;
          continue;
        }
        fraction = fraction * 10 + static_cast<std::uint64_t>(rest[i] - '0');
        scale *= 10;
      }
      digits_after = i > start;
    }
    if (!digits_before && !digits_after) return invalid();
    rest.remove_prefix(i);
    std::size_t length = 0;
    while (length < rest.size() && rest[length] != '.' && !is_digit(rest[length])) ++length;
    if (length == 0) return {{}, "time: missing unit in duration " + quoted_by_bytes(text)};
    auto unit_text = rest.substr(0, length);
    rest.remove_prefix(length);
    std::uint64_t unit = 0;
    if (unit_text == "ns")
      unit = 1;
    else if (unit_text == "us" || unit_text == "\u00b5s" || unit_text == "\u03bcs")
      unit = 1'000;
    else if (unit_text == "ms")
      unit = 1'000'000;
    else if (unit_text == "s")
      unit = 1'000'000'000;
    else if (unit_text == "m")
      unit = 60'000'000'000;
    else if (unit_text == "h")
      unit = 3'600'000'000'000;
    else
      return {{}, "time: unknown unit " + quoted_by_bytes(unit_text) + " in duration " + quoted_by_bytes(text)};
    if (whole > limit / unit) return invalid();
    whole *= unit;
    if (fraction > 0) {
      whole += static_cast<std::uint64_t>(static_cast<double>(fraction) * (static_cast<double>(unit) / scale));
      if (whole > limit) return invalid();
    }
    total += whole;
    if (total > limit) return invalid();
  }
  if (negative) return {nanoseconds{static_cast<std::int64_t>(~total + 1)}, {}};
  if (total > limit - 1) return invalid();
  return {nanoseconds{static_cast<std::int64_t>(total)}, {}};
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex_digit(text[i])) return false;
  }
  return true;
}

} // namespace praetor
