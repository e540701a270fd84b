#pragma once

#include "protocol/types/error.hpp"
#include "protocol/types/values.hpp"

#include <caf/fwd.hpp>
#include <functional>
#include <string>

namespace praetor {

/// Creates a profile of this process. Threads take the place of a Go program's goroutines, and size classes of the
/// allocator that of allocation sites.
/// @param kind heap, allocs, goroutine, threadcreate, block or mutex: a snapshot; profile: the CPU time of each thread
///   during `duration`; trace: when each thread ran, for `go tool trace`
/// @param done called once, on any thread, with the profile's bytes
void take_profile(caf::actor_system& system, const std::string& kind, nanoseconds duration,
                  std::function<void(expected<std::string>)> done);

} // namespace praetor
