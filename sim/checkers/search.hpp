#pragma once

#include "sim/history.hpp"

#include <cstdint>
#include <vector>

namespace praetor::sim {

enum class verdict {
  explained,  ///< some order explains all answers
  impossible, ///< no order does
  undecided,  ///< the limit was reached first
};

/// Searches for a linearization: an order of the operations that respects real time and explains every answer, starting
/// from empty registers. Unknown operations may take effect at any time after their begin, or never.
///
/// Wing and Gong's search with Lowe's cache of visited states. Operations without an effect are linearized as soon as
/// possible, which excludes no order; an unknown change of a single register is only tried where another operation
/// needs its effect.
/// @param most_states the limit on visited states
verdict find_order(const std::vector<operation>& operations, std::uint64_t most_states);

} // namespace praetor::sim
