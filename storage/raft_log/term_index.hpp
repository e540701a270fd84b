#pragma once

#include "storage/raft_log/log_store.hpp"

#include <optional>
#include <vector>

namespace praetor::storage {

/// The bounds of a log and the term of each entry: a few numbers per term, whatever the length of the log.
class term_index {
public:
  /// Empties the index; the next entry follows `before`.
  void reset(log_position before);
  /// Checks that the batch fits (PRAETOR_ASSERT) and applies it.
  void apply(const log_batch& batch);
  void append(raft::index_t index, raft::term_t term);
  void truncate(raft::index_t from);
  void compact(raft::index_t through);

  raft::index_t first() const { return before_.index + 1; }
  raft::index_t last() const { return last_; }
  const log_position& before() const { return before_; }
  /// Known for all entries and for the position before the first.
  std::optional<raft::term_t> term(raft::index_t index) const;

private:
  log_position before_;
  raft::index_t last_ = 0;
  std::vector<log_position> runs_; ///< first index of each run of equal terms
};

} // namespace praetor::storage
