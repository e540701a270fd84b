#pragma once

#include <cstdint>
#include <string_view>

namespace praetor {

/// The number that clients wait with for news of user events: from the newest event's id, so it is not ordered.
/// @param id a UUID. @returns 1 for a text that is none
std::uint64_t event_index(std::string_view id);

} // namespace praetor
