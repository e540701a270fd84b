#pragma once

#include "actors/agent_handles.hpp"
#include "protocol/types/error.hpp"
#include "storage/files/scratch_file.hpp"
#include "storage/snapshot/snapshot_meta.hpp"
#include "storage/state/store.hpp"

#include <chrono>
#include <memory>

namespace praetor {

/// The raw material of an archive for users; the requester packs it.
struct snapshot_export {
  state::store_ptr state;
  storage::snapshot_meta meta;   ///< the size is not set yet
  std::chrono::seconds taken{0}; ///< Unix time
};

/// Takes a snapshot of this server's current state; for a consistent one, confirm leadership first (write_path::read).
/// Thread-safe; `done` runs once, on the snapshotter's thread.
void take_snapshot(const agent_handles& handles, archive_callback done);

/// Packs it into `to` (gzip over tar, as snapshot/save returns it). Takes time proportional to the state; uses a second
/// scratch file.
expected<void> pack_snapshot(const snapshot_export& from, storage::scratch_file& to);

/// Replaces the state of all servers of the datacenter with an archive's, through the log, so that it happens on all of
/// them at the same position among the writes, or not at all. Verifies the whole archive before anything changes. Only
/// the leader accepts it (otherwise "No cluster leader"). `done` gets null once the new state is in force.
void restore_snapshot(const agent_handles& handles, std::shared_ptr<storage::scratch_file> archive, done_callback done);

} // namespace praetor
