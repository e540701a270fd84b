#pragma once

#include "protocol/types/error.hpp"
#include "protocol/types/values.hpp"

#include <string_view>

namespace praetor {

/// Parses "2006-01-02T15:04:05.999999999Z" or a time with a zone offset; the result is in UTC. The error texts are
/// Go's: `parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"`.
expected<timestamp> timestamp_from_text(std::string_view text);

} // namespace praetor
