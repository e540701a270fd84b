#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace praetor::api {

// What Consul says of texts that should be UUIDs.

/// Of an id that a client gives to a record: 8-4-4-4-12 hexadecimal digits.
std::optional<std::string> fault_in_uuid(std::string_view text);

/// The index that an id is looked up in: that of tokens words its faults otherwise.
enum class id_index : std::uint8_t { record, token };
/// Of an id that is looked up: 36 characters, of which hexadecimal digits remain without the hyphens.
std::optional<std::string> fault_in_uuid_key(std::string_view text, id_index index = id_index::record);

} // namespace praetor::api
