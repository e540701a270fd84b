#pragma once

#include "protocol/types/error.hpp"

#include <string_view>

namespace praetor::state {

/// Looks through a state (as `write_state` or a real server wrote it) that is to take the place of this one, without
/// taking anything from it. Refuses null records, and indexes that no history yields: a last index of 0, one above 2^62
/// or above the last index, a change that is older than the creation. With such ones later changes would get indexes
/// that clients have seen already.
/// @returns which record is wrong, and why
expected<void> check_archive(std::string_view bytes);

} // namespace praetor::state
