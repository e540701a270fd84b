#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace praetor::storage {

/// A value as it is stored: CRC-32C of key and payload, then the payload. The key is part of the sum so that a value
/// which turns up under another key is noticed.
std::string seal(std::string_view key, std::string_view payload);
/// The payload, or nothing if the sum is wrong.
std::optional<std::string_view> unseal(std::string_view key, std::string_view value);

} // namespace praetor::storage
