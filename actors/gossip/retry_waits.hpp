#pragma once

#include "protocol/base/backoff.hpp"

namespace praetor {

/// Of attempts to join. An agent whose port is not open yet, because it starts at the same moment, opens it within
/// some tenths of a second.
inline constexpr std::chrono::nanoseconds first_join_wait = std::chrono::milliseconds(100);

/// Before an actor that failed is started again.
inline constexpr backoff restart_waits{std::chrono::milliseconds(100), std::chrono::milliseconds(25'600)};

} // namespace praetor
