#pragma once

#include "protocol/types/values.hpp"

#include <cstdint>

namespace praetor::api {

enum class consistency { leader, stale, consistent };

/// The options of a read, besides its subject.
struct read_options {
  consistency mode = consistency::leader;
  std::uint64_t min_index = 0; ///< block until the index is greater; 0: do not block
  nanoseconds wait{0};         ///< with the server's limits and default applied
  bool exact_wait = false;     ///< `wait` is the rest of a wait that already includes jitter
  nanoseconds max_stale{0};    ///< forward to the leader if the state is older; 0: accept any age
  bool cached = false;
};

} // namespace praetor::api
