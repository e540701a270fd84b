#include "frontends/api/uuid_faults.hpp"

#include "protocol/base/hex.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace praetor::api {

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

} // namespace

std::optional<std::string> fault_in_uuid(std::string_view text) {
  if (text.size() != uuid_length) return "uuid string is wrong length";
  std::string digits;
  for (std::size_t i = 0; i < uuid_length; ++i) {
    bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen && text[i] != '-') return "uuid is improperly formatted";
    if (!hyphen) digits += text[i];
  }
  return fault_in_digits(digits);
}

std::optional<std::string> fault_in_uuid_key(std::string_view text, id_index index) {
  bool of_token = index == id_index::token;
  if (text.size() != uuid_length) return "UUID must be 36 characters";
  auto hyphens = static_cast<std::size_t>(std::count(text.begin(), text.end(), '-'));
  if (hyphens > most_hyphens) return "UUID should have maximum of 4 \"-\"; got " + std::to_string(hyphens);
  auto digits = without_hyphens(text);
  if (digits.size() % 2 != 0)
    return std::string(of_token ? "UUID" : "Input") + " (without hyphens) must be even length";
  if (auto fault = fault_in_digits(digits)) return (of_token ? "invalid UUID: " : "Invalid UUID: ") + *fault;
  return {};
}

} // namespace praetor::api
