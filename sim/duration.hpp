#pragma once

#include <chrono>

namespace praetor::sim {

/// Virtual time: nanoseconds since the world began.
using duration = std::chrono::nanoseconds;

} // namespace praetor::sim
