#include "protocol/types/values.hpp"

#include "protocol/base/characters.hpp"
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

constexpr std::uint64_t duration_limit = 1ull << 63;

/// A decimal number: `whole` + `fraction` / `scale`.
struct decimal {
  std::uint64_t whole = 0, fraction = 0;
  double scale = 1;
};

/// Parses a decimal number and removes it from the text. Digits of the fraction beyond 63 bits are ignored.
std::optional<decimal> take_decimal(std::string_view& text) {
  decimal out;
  std::size_t i = 0;
  for (; i < text.size() && is_digit(text[i]); ++i) {
    if (out.whole > duration_limit / 10) return {};
    out.whole = out.whole * 10 + static_cast<std::uint64_t>(text[i] - '0');
    if (out.whole > duration_limit) return {};
  }
  auto digits = i;
  if (i < text.size() && text[i] == '.') {
    bool full = false;
    for (++i; i < text.size() && is_digit(text[i]); ++i, ++digits) {
      full |= out.fraction > (duration_limit - 1) / 10;
      if (full) continue;
      out.fraction = out.fraction * 10 + static_cast<std::uint64_t>(text[i] - '0');
      out.scale *= 10;
    }
  }
  if (digits == 0) return {};
  text.remove_prefix(i);
  return out;
}

/// The nanoseconds of a unit; 0: unknown.
std::uint64_t nanoseconds_of(std::string_view unit) {
  if (unit == "ns") return 1;
  if (unit == "us" || unit == "\u00b5s" || unit == "\u03bcs") return 1'000;
  if (unit == "ms") return 1'000'000;
  if (unit == "s") return 1'000'000'000;
  if (unit == "m") return 60'000'000'000;
  return unit == "h" ? 3'600'000'000'000 : 0;
}

/// The number times the unit in nanoseconds; nothing if it exceeds the limit.
std::optional<std::uint64_t> product(const decimal& number, std::uint64_t unit) {
  if (number.whole > duration_limit / unit) return {};
  auto out = number.whole * unit;
  if (number.fraction > 0)
    out +=
        static_cast<std::uint64_t>(static_cast<double>(number.fraction) * (static_cast<double>(unit) / number.scale));
  return out > duration_limit ? std::nullopt : std::optional(out);
}

} // namespace

duration_result duration_from_text(std::string_view text) {
  auto invalid = [&] { return duration_result{{}, "time: invalid duration " + quoted_by_bytes(text)}; };
  auto rest = text;
  bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest == "0") return {nanoseconds{0}, {}};
  if (rest.empty()) return invalid();
  std::uint64_t total = 0;
  while (!rest.empty()) {
    auto number = take_decimal(rest);
    if (!number) return invalid();
    std::size_t length = 0;
    while (length < rest.size() && rest[length] != '.' && !is_digit(rest[length])) ++length;
    if (length == 0) return {{}, "time: missing unit in duration " + quoted_by_bytes(text)};
    auto unit_text = rest.substr(0, length);
    rest.remove_prefix(length);
    auto unit = nanoseconds_of(unit_text);
    if (unit == 0)
      return {{}, "time: unknown unit " + quoted_by_bytes(unit_text) + " in duration " + quoted_by_bytes(text)};
    auto part = product(*number, unit);
    if (!part) return invalid();
    total += *part;
    if (total > duration_limit) return invalid();
  }
  if (negative) return {nanoseconds{static_cast<std::int64_t>(~total + 1)}, {}};
  if (total > duration_limit - 1) return invalid();
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
