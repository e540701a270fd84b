#pragma once

#include "actors/agent.hpp"
#include "protocol/types/error.hpp"

#include <functional>
#include <memory>
#include <string>

namespace praetor {

/// An archive of the state for users: gzip over tar, as snapshot/save hands it out.
struct snapshot_export {
  std::string bytes;
  std::uint64_t index = 0; ///< of the newest entry that it contains
};

/// Archives the state of this server as it is now; who wants a consistent one confirms leadership first
/// (write_path::read). Any thread may call; `done` runs once, on the snapshotter's thread.
void take_snapshot(const agent_handles& handles, archive_callback done);

/// Replaces the state of all servers of the datacenter with an archive's: it goes through the log, so that it happens
/// everywhere at the same place among the writes, or nowhere. The archive is verified whole before anything is changed.
/// Only the leader takes it ("No cluster leader" otherwise). `done` hears null once the new state is in force.
void restore_snapshot(const agent_handles& handles, std::string archive, done_callback done);

} // namespace praetor
