#pragma once

#include "protocol/types/error.hpp"
#include "protocol/types/values.hpp"

namespace praetor::state {

/// Validates the `meta` of a node or an instance of this kind: at most 64 pairs, keys of up to 128 letters, digits, '-'
/// and '_' without the reserved prefix, values of up to 512 bytes.
expected<void> check_metadata(const string_map& meta, std::string_view kind);

} // namespace praetor::state
