#include "tests/unit/state/entry_trial.hpp"

#include <cstddef>
#include <cstdint>

/// Validates arbitrary log entries and applies them to two states, which must stay equal, also to one restored from a
/// snapshot. tests/unit/state/entry_trial.hpp maps bytes to entries.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  praetor::state::run_trial({reinterpret_cast<const char*>(data), size});
  return 0;
}
