#pragma once

#include "storage/state/watch.hpp"

namespace praetor::state {

/// Gathers what decides the indexes of answers and nothing else about them: the parts of the index table that queries
/// read on this thread while it lives. A change of those wakes nobody who waits, because nothing that he sees has
/// changed; but an answer that is kept ends with its index, so that none is shown that has moved on.
///
/// Queries need not know of it, and so none can forget it: `index_value` and its like tell the newest index_watch of
/// their thread.
class index_watch {
public:
  index_watch();
  ~index_watch();
  index_watch(const index_watch&) = delete;
  index_watch& operator=(const index_watch&) = delete;

  const watch_set& parts() const { return parts_; }
  /// Where the parts go that are read now; null: nobody gathers them.
  static watch_set* current();

private:
  watch_set parts_;
  index_watch* outer_;
};

} // namespace praetor::state
