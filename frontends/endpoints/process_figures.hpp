#pragma once

#include <cstdint>

namespace praetor::endpoints {

/// What this process uses of its machine.
struct process_figures {
  std::uint64_t allocated_bytes = 0; ///< by the program, from its allocator
  std::uint64_t resident_bytes = 0;  ///< of the machine's memory
  std::uint64_t threads = 0;
};

/// Reads them afresh; what can't be read is zero.
process_figures read_process_figures();

} // namespace praetor::endpoints
