#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace praetor::api {

// Consul's errors for texts that are no UUIDs.

/// The error for an id that a client assigns to a record, which has to be 8-4-4-4-12 hexadecimal digits.
std::optional<std::string> fault_in_uuid(std::string_view text);

/// The index in which an id is looked up. The index of tokens has other error texts.
enum class id_index : std::uint8_t { record, token };
/// The error for an id that is looked up, which has to be 36 characters, hexadecimal digits except for the hyphens.
std::optional<std::string> fault_in_uuid_key(std::string_view text, id_index index = id_index::record);

} // namespace praetor::api
