#include "tests/unit/state/entry_trial.hpp"

#include <cstddef>
#include <cstdint>

/// Entries of the log from anywhere are checked and applied on two states that stay equal, also with one that starts
/// from a snapshot. tests/unit/state/entry_trial.hpp says how bytes become entries.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  praetor::state::run_trial({reinterpret_cast<const char*>(data), size});
  return 0;
}
