#pragma once

#include "protocol/actors.hpp"
#include "protocol/raft/types.hpp"

#include <memory>
#include <vector>

namespace praetor {

/// Committed entries in order, and for each the proposal that waits for its result (null: it came from elsewhere).
struct apply_batch {
  std::vector<raft::entry_ptr> entries;
  std::vector<std::shared_ptr<proposal>> waiting;
};

} // namespace praetor
