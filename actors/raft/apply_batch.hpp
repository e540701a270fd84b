#pragma once

#include "protocol/actors.hpp"
#include "protocol/raft/types.hpp"

#include <memory>
#include <vector>

namespace praetor {

/// Committed entries in order, each with the local proposal that waits for its result (null: none).
struct apply_batch {
  std::vector<raft::entry_ptr> entries;
  std::vector<std::shared_ptr<proposal>> waiting;
};

} // namespace praetor
