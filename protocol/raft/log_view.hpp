#pragma once

#include <optional>
#include <vector>

#include "protocol/raft/types.hpp"

namespace praetor::raft {

/// The log on disk as the machine reads it: only entries that were reported written and are not to be truncated.
/// The machine calls it from `restore`, `step`, `tick` and `take_output`, and keeps recent entries itself.
class log_view {
public:
  virtual ~log_view() = default;
  /// The term of the entry at `index`; nothing if it is not there.
  virtual std::optional<term_t> term(index_t index) const = 0;
  /// Consecutive entries from `from` up to and including `last`, together no more than `max_bytes` but at least one.
  /// Fewer or none: compacted away or not readable.
  virtual std::vector<entry_ptr> entries(index_t from, index_t last, std::size_t max_bytes) const = 0;
};

/// Every configuration entry between `first` and `last`, in order: what `initial_state::configurations` wants of an
/// environment that keeps no index of them.
std::vector<indexed_configuration> find_configurations(const log_view& log, index_t first, index_t last);

} // namespace praetor::raft
