#pragma once

#include "sim/history.hpp"

#include <cstdint>
#include <vector>

namespace praetor::sim {

enum class verdict {
  explained,  ///< some order explains every answer
  impossible, ///< none does
  undecided,  ///< the bound was reached first
};

/// Looks for an order of the operations that respects real time and explains every answer, beginning with registers
/// that hold nothing. Unknown operations may take effect at any time after their begin, or never.
///
/// Wing and Gong's search with Lowe's memory of the states that were seen. What changes nothing is taken as soon as it
/// fits, which loses no order; an unknown change of one register is taken only where someone waits for what it does.
/// @param most_states how many states it may look at
verdict find_order(const std::vector<operation>& operations, std::uint64_t most_states);

} // namespace praetor::sim
