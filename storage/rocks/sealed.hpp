#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace praetor::storage {

/// Big-endian numbers, so that keys sort as numbers do.
inline void append_u32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}
inline void append_u64(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}
/// Takes a number off the front; nothing if `in` is too short.
std::optional<std::uint32_t> take_u32(std::string_view& in);
std::optional<std::uint64_t> take_u64(std::string_view& in);

/// A value as it is stored: CRC-32C of key and payload, then the payload. The key is part of the sum so that a value
/// which turns up under another key is noticed.
std::string seal(std::string_view key, std::string_view payload);
/// The payload, or nothing if the sum is wrong.
std::optional<std::string_view> unseal(std::string_view key, std::string_view value);

} // namespace praetor::storage
