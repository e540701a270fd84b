#pragma once

#include "protocol/types/values.hpp"

#include <cstdint>

namespace praetor::api {

enum class consistency { leader, stale, consistent };

/// What a read asks for beside its subject.
struct read_options {
  consistency mode = consistency::leader;
  std::uint64_t min_index = 0; ///< block until the index is greater; 0 = don't
  nanoseconds wait{0};         ///< with the server's bounds and default
  bool exact_wait = false;     ///< `wait` is the rest of a wait that already has its jitter
  nanoseconds max_stale{0};    ///< ask the leader if the state is older; 0 = any age is accepted
  bool cached = false;
};

} // namespace praetor::api
