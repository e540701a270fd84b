#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace praetor {

// Consul's errors for texts that are no UUIDs.

/// The error for an id that a client assigns to a record, which has to be 8-4-4-4-12 hexadecimal digits.
std::optional<std::string> fault_in_uuid(std::string_view text);

/// The index in which an id is looked up. The index of tokens has other error texts.
enum class id_index : std::uint8_t { record, token };
/// The error for an id that is looked up, which has to be 36 characters, hexadecimal digits except for the hyphens.
std::optional<std::string> fault_in_uuid_key(std::string_view text, id_index index = id_index::record);
/// The error for the beginning of an id by which a node is looked up.
std::optional<std::string> fault_in_uuid_prefix(std::string_view text);
/// A valid beginning of an id in lower case with hyphens as in a whole id, however the text has them.
std::string uuid_prefix(std::string_view text);

} // namespace praetor
