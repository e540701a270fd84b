#pragma once

#include <cstdint>
#include <string_view>

namespace praetor {

/// The index that clients pass to wait for new user events. Derived from the newest event's id, so it is not ordered.
/// @param id a UUID. @returns 1 for a malformed one
std::uint64_t event_index(std::string_view id);

} // namespace praetor
