#pragma once

#include "actors/telemetry/group.hpp"

namespace praetor::metrics {

/// The resource use of this process.
struct process_metrics : group {
  using group::group;

  gauge allocated_bytes{*this, "runtime.alloc_bytes"}; ///< by the program, from the allocator
  gauge resident_bytes{*this, "runtime.sys_bytes"};    ///< resident memory
  gauge threads{*this, "runtime.num_goroutines"};

  /// Updates the gauges; a value that can't be read is zero.
  void read() const;
};

} // namespace praetor::metrics
