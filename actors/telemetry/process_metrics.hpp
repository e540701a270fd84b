#pragma once

#include "actors/telemetry/group.hpp"

namespace praetor::metrics {

/// What this process uses of its machine.
struct process_metrics : group {
  using group::group;

  gauge allocated_bytes{*this, "runtime.alloc_bytes"}; ///< by the program, from its allocator
  gauge resident_bytes{*this, "runtime.sys_bytes"};    ///< of the machine's memory
  gauge threads{*this, "runtime.num_goroutines"};

  /// Reads them afresh; what can't be read is zero.
  void read() const;
};

} // namespace praetor::metrics
