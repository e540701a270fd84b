#include "protocol/types/uuid_faults.hpp"

#include "protocol/base/hex.hpp"
#include "protocol/types/values.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace praetor {

namespace {

constexpr std::size_t uuid_length = 36, most_hyphens = 4;

/// Go's error for a byte that is no hexadecimal digit.
std::optional<std::string> fault_in_digits(std::string_view digits) {
  auto bad = std::find_if_not(digits.begin(), digits.end(), is_hex_digit);
  if (bad == digits.end()) return {};
  auto byte = static_cast<unsigned char>(*bad);
  std::array<char, 8> point{};
  (void)std::snprintf(point.data(), point.size(), "U+%04X", byte);
  auto text = "encoding/hex: invalid byte: " + std::string(point.data());
  bool printable = (byte >= 0x20 && byte < 0x7f) || (byte > 0xa0 && byte != 0xad);
  if (!printable) return text;
  text += " '";
  if (byte >= 0x80) text += static_cast<char>(0xc0 | byte >> 6);
  text += static_cast<char>(byte >= 0x80 ? 0x80 | (byte & 0x3f) : byte);
  return text + "'";
}

std::string without_hyphens(std::string_view text) {
  std::string out(text);
  std::erase(out, '-');
  return out;
}

/// Whether a UUID has a hyphen at this position.
bool is_hyphen(std::size_t at) { return at == 8 || at == 13 || at == 18 || at == 23; }

/// The error for hyphens and digits of an id that is looked up. Its words depend on the index.
std::optional<std::string> fault_in_parts(std::string_view text, const std::string& name, const std::string& invalid) {
  auto hyphens = static_cast<std::size_t>(std::count(text.begin(), text.end(), '-'));
  if (hyphens > most_hyphens) return "UUID should have maximum of 4 \"-\"; got " + std::to_string(hyphens);
  auto digits = without_hyphens(text);
  if (digits.size() % 2 != 0) return name + " (without hyphens) must be even length";
  if (auto fault = fault_in_digits(digits)) return invalid + " UUID: " + *fault;
  return {};
}

} // namespace

std::optional<std::string> fault_in_uuid(std::string_view text) {
  if (text.size() != uuid_length) return "uuid string is wrong length";
  std::string digits;
  for (std::size_t i = 0; i < uuid_length; ++i) {
    if (is_hyphen(i) && text[i] != '-') return "uuid is improperly formatted";
    if (!is_hyphen(i)) digits += text[i];
  }
  return fault_in_digits(digits);
}

std::optional<std::string> fault_in_uuid_key(std::string_view text, id_index index) {
  bool of_token = index == id_index::token;
  if (text.size() != uuid_length) return "UUID must be 36 characters";
  return of_token ? fault_in_parts(text, "UUID", "invalid") : fault_in_parts(text, "Input", "Invalid");
}

std::optional<std::string> fault_in_uuid_prefix(std::string_view text) {
  if (text.size() > uuid_length)
    return "Invalid UUID length. UUID have 36 characters; got " + std::to_string(text.size());
  return fault_in_parts(text, "UUID", "invalid");
}

std::string uuid_prefix(std::string_view text) {
  std::string out;
  for (char digit : without_hyphens(text)) {
    if (is_hyphen(out.size())) out += '-';
    out += digit;
  }
  return lower_case(out);
}

} // namespace praetor
