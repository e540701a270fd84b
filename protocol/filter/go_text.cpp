#include "protocol/filter/go_text.hpp"

#include "protocol/base/characters.hpp"
#include "protocol/base/go_bool.hpp"
#include "protocol/base/utf8.hpp"

#include <charconv>
#include <limits>

namespace praetor::filter {

namespace {

int digit_value(char c) {
  if (is_digit(c)) return c - '0';
  if (is_lower(c)) return c - 'a' + 10;
  if (is_upper(c)) return c - 'A' + 10;
  return 99;
}

tl::unexpected<error> bad(std::string_view function, std::string_view text, const char* what) {
  return fail("strconv." + std::string(function) + ": parsing " + praetor::quoted(text) + ": " + what);
}

/// Underscores are allowed only between digits, or after a base prefix.
bool underscores_fit(std::string_view digits, bool prefixed) {
  char last = prefixed ? '0' : '_';
  for (char c : digits) {
    if (c == '_' && last == '_') return false;
    last = c;
  }
  return digits.empty() || last != '_';
}

enum class outcome { good, syntax, range };

outcome parse_magnitude(std::string_view digits, std::uint64_t& value) {
  std::uint64_t base = 10;
  bool prefixed = false;
  if (digits.size() > 1 && digits[0] == '0') {
    char mark = static_cast<char>(digits[1] | 0x20);
    if (mark == 'x')
      base = 16;
    else if (mark == 'b')
      base = 2;
    else if (mark == 'o')
      base = 8;
    prefixed = true;
    digits.remove_prefix(base == 10 ? 1 : 2);
    if (base == 10) base = 8;
  }
  if (digits.empty() || !underscores_fit(digits, prefixed)) return outcome::syntax;
  value = 0;
  bool overflow = false, any = false;
  for (char c : digits) {
    if (c == '_') continue;
    any = true;
    auto digit = static_cast<std::uint64_t>(digit_value(c));
    if (digit >= base) return outcome::syntax;
    overflow |= __builtin_mul_overflow(value, base, &value);
    overflow |= __builtin_add_overflow(value, digit, &value);
  }
  if (!any) return outcome::syntax;
  return overflow ? outcome::range : outcome::good;
}

} // namespace

bool unquote(std::string_view content, std::string& into) {
  into.clear();
  for (std::size_t i = 0; i < content.size();) {
    char c = content[i];
    if (c == '\n' || c == '"') return false;
    if (c != '\\') {
      into += c;
      ++i;
      continue;
    }
    if (++i >= content.size()) return false;
    char escape = content[i++];
    auto number = [&](std::size_t count, std::uint32_t base, std::uint32_t& value) {
      if (i + count > content.size()) return false;
      value = 0;
      for (; count > 0; --count) {
        auto digit = static_cast<std::uint32_t>(digit_value(content[i++]));
        if (digit >= base) return false;
        value = value * base + digit;
      }
      return true;
    };
    std::uint32_t value = 0;
    switch (escape) {
    case 'a': into += '\a'; break;
    case 'b': into += '\b'; break;
    case 'f': into += '\f'; break;
    case 'n': into += '\n'; break;
    case 'r': into += '\r'; break;
    case 't': into += '\t'; break;
    case 'v': into += '\v'; break;
    case '\\':
    case '"': into += escape; break;
    case 'x':
      if (!number(2, 16, value)) return false;
      into += static_cast<char>(value);
      break;
    case 'u':
    case 'U':
      if (!number(escape == 'u' ? 4 : 8, 16, value)) return false;
      if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return false;
      utf8::append(into, value);
      break;
    default:
      if (escape < '0' || escape > '7') return false;
      --i;
      if (!number(3, 8, value) || value > 255) return false;
      into += static_cast<char>(value);
    }
  }
  return true;
}

expected<std::uint64_t> parse_unsigned(std::string_view text, int bits) {
  std::uint64_t value = 0;
  auto found = parse_magnitude(text, value);
  if (found == outcome::syntax) return bad("ParseUint", text, "invalid syntax");
  if (found == outcome::range || (bits < 64 && value >> bits != 0)) return bad("ParseUint", text, "value out of range");
  return value;
}

expected<std::int64_t> parse_signed(std::string_view text, int bits) {
  auto digits = text;
  bool negative = false;
  if (!digits.empty() && (digits[0] == '+' || digits[0] == '-')) {
    negative = digits[0] == '-';
    digits.remove_prefix(1);
  }
  std::uint64_t value = 0;
  auto found = parse_magnitude(digits, value);
  if (found == outcome::syntax) return bad("ParseInt", text, "invalid syntax");
  auto limit = std::uint64_t{1} << (bits - 1);
  if (found == outcome::range || value > limit || (!negative && value == limit))
    return bad("ParseInt", text, "value out of range");
  return static_cast<std::int64_t>(negative ? ~value + 1 : value);
}

expected<double> parse_float(std::string_view text) {
  auto digits = text;
  bool negative = false;
  if (!digits.empty() && (digits[0] == '+' || digits[0] == '-')) {
    negative = digits[0] == '-';
    digits.remove_prefix(1);
  }
  double value = 0;
  auto lower = lower_case(digits);
  if (lower == "inf" || lower == "infinity")
    value = std::numeric_limits<double>::infinity();
  else if (lower == "nan")
    value = std::numeric_limits<double>::quiet_NaN();
  else if (digits.empty() || (digits[0] != '.' && digit_value(digits[0]) > 9))
    return bad("ParseFloat", text, "invalid syntax");
  else {
    auto end = digits.data() + digits.size();
    auto [stop, failure] = std::from_chars(digits.data(), end, value);
    if (stop != end || failure == std::errc::invalid_argument) return bad("ParseFloat", text, "invalid syntax");
    if (failure == std::errc::result_out_of_range) return bad("ParseFloat", text, "value out of range");
  }
  return negative ? -value : value;
}

expected<bool> parse_boolean(std::string_view text) {
  if (auto value = parse_bool(text)) return *value;
  return bad("ParseBool", text, "invalid syntax");
}

} // namespace praetor::filter
