#pragma once

#include <optional>
#include <vector>

#include "protocol/raft/types.hpp"

namespace praetor::raft {

/// The log on disk as the machine reads it: only entries that were reported written and are not going to be truncated.
/// The machine calls it from `restore`, `step`, `tick` and `take_output`, and caches recent entries itself.
class log_view {
public:
  virtual ~log_view() = default;
  /// The term of the entry at `index`; nothing if it is absent.
  virtual std::optional<term_t> term(index_t index) const = 0;
  /// Consecutive entries from `from` up to and including `last`, at most `max_bytes` in total but at least one entry.
  /// Fewer or none if they are compacted or unreadable.
  virtual std::vector<entry_ptr> entries(index_t from, index_t last, std::size_t max_bytes) const = 0;
};

/// Every configuration entry between `first` and `last`, in order. Provides `initial_state::configurations` for
/// environments without an index of them.
std::vector<indexed_configuration> find_configurations(const log_view& log, index_t first, index_t last);

} // namespace praetor::raft
