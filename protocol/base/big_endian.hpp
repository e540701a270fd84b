#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Integers in network byte order. As keys, the bytes sort like the integers.
namespace praetor {

/// Writes sizeof(T) bytes.
template <std::unsigned_integral T>
constexpr void write_big_endian(char* to, T value) {
  for (int shift = (static_cast<int>(sizeof(T)) - 1) * 8; shift >= 0; shift -= 8)
    *to++ = static_cast<char>(value >> shift & 0xff);
}

template <std::unsigned_integral T>
void append_big_endian(std::string& out, T value) {
  std::array<char, sizeof(T)> bytes{};
  write_big_endian(bytes.data(), value);
  out.append(bytes.data(), bytes.size());
}

/// Reads all of `bytes`, at most eight.
constexpr std::uint64_t read_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

/// Removes an integer from the front; nothing if `in` is too short.
template <std::unsigned_integral T>
std::optional<T> take_big_endian(std::string_view& in) {
  if (in.size() < sizeof(T)) return std::nullopt;
  auto value = static_cast<T>(read_big_endian(in.substr(0, sizeof(T))));
  in.remove_prefix(sizeof(T));
  return value;
}

} // namespace praetor
