#pragma once

#include "protocol/types/error.hpp"

#include <string_view>

namespace praetor::state {

/// Validates a state (of `write_state` or of a Consul server) that is about to replace this one, without applying
/// anything. Rejects null records, and indexes that no history produces: a last index of 0 or above 2^62, an index
/// above the last one, a modification older than the creation. With those, later changes could get indexes that clients
/// have already seen.
/// @returns the faulty record and the fault
expected<void> check_archive(std::string_view bytes);

} // namespace praetor::state
