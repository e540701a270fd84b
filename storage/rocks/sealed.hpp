#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace praetor::storage {

/// The stored form of a value: CRC-32C of key and payload, then the payload. The checksum covers the key, so that a
/// value under a wrong key is detected.
std::string seal(std::string_view key, std::string_view payload);
/// The payload, or nothing if the checksum is wrong.
std::optional<std::string_view> unseal(std::string_view key, std::string_view value);

} // namespace praetor::storage
