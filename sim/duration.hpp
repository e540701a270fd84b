#pragma once

#include <chrono>

namespace praetor::sim {

/// Time in the world: nanoseconds since it began.
using duration = std::chrono::nanoseconds;

} // namespace praetor::sim
