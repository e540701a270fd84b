#pragma once

#include "protocol/base/backoff.hpp"

namespace praetor {

/// The first delay between join attempts. An agent that starts at the same moment opens its port within some tenths of
/// a second.
inline constexpr std::chrono::nanoseconds first_join_wait = std::chrono::milliseconds(100);

/// The delays before a failed actor is restarted.
inline constexpr backoff restart_waits{std::chrono::milliseconds(100), std::chrono::milliseconds(25'600)};

} // namespace praetor
