#pragma once

#include "protocol/types/error.hpp"
#include "protocol/types/values.hpp"

#include <caf/fwd.hpp>
#include <functional>
#include <string>

namespace praetor {

/// Makes a profile of this process. Its threads stand for what a Go program has goroutines for, and size classes of the
/// allocator for the places that allocate.
/// @param kind heap, allocs, goroutine, threadcreate, block or mutex: as things are now; profile: the CPU time of each
///        thread during `duration`; trace: which thread ran when, for `go tool trace`
/// @param done called once, from any thread: the profile's bytes
void take_profile(caf::actor_system& system, const std::string& kind, nanoseconds duration,
                  std::function<void(expected<std::string>)> done);

} // namespace praetor
