#include "storage/state/tree_key.hpp"

#include "protocol/base/big_endian.hpp"

#include <algorithm>

namespace praetor::state {

namespace {

constexpr char separator = '\0', escape = '\x01';

/// Escapes a separator inside a part, and the escape byte, as two bytes. Preserves the order of parts; names without
/// such bytes are unchanged.
void append_closed(std::string& out, std::string_view part) {
  bool plain = std::none_of(part.begin(), part.end(), [](char c) { return c == separator || c == escape; });
  if (plain) {
    out += part;
  } else {
    for (char c : part) {
      if (c == separator || c == escape) out += escape;
      out += c == separator ? '\x01' : c == escape ? '\x02' : c;
    }
  }
  out += separator;
}

std::size_t size_of(std::initializer_list<std::string_view> parts) {
  auto size = parts.size();
  for (auto p : parts) size += p.size();
  return size;
}

} // namespace

std::string tree_key(std::initializer_list<std::string_view> parts) {
  std::string out;
  out.reserve(size_of(parts));
  const auto* last = parts.end() - 1;
  for (const auto* part = parts.begin(); part != last; ++part) append_closed(out, *part);
  out += *last;
  return out;
}

std::string tree_prefix(std::initializer_list<std::string_view> parts) {
  std::string out;
  out.reserve(size_of(parts));
  for (auto part : parts) append_closed(out, part);
  return out;
}

std::string numbered_key(std::uint64_t number, std::string_view rest) {
  std::string out;
  out.reserve(sizeof(number) + rest.size());
  append_big_endian(out, number);
  out += rest;
  return out;
}

std::uint64_t number_of_key(std::string_view key) { return read_big_endian(key.substr(0, sizeof(std::uint64_t))); }

} // namespace praetor::state
