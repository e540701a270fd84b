#pragma once

#include "storage/state/watch.hpp"

namespace praetor::state {

/// Gathers the parts of the index table that queries read on this thread during its lifetime, which affect an answer's
/// index only. A change of those wakes no waiter, because the answer itself has not changed; but a cached answer
/// expires with its index, so that none is returned with an outdated index.
///
/// Queries need not know of it, so none can forget it: `index_value` and similar functions report to the newest
/// index_watch of their thread.
class index_watch {
public:
  index_watch();
  ~index_watch();
  index_watch(const index_watch&) = delete;
  index_watch& operator=(const index_watch&) = delete;

  const watch_set& parts() const { return parts_; }
  /// The set that receives the parts; null: not gathering.
  static watch_set* current();

private:
  watch_set parts_;
  index_watch* outer_;
};

} // namespace praetor::state
