#pragma once

#include "actors/agent_handles.hpp"
#include "protocol/types/error.hpp"
#include "storage/files/scratch_file.hpp"
#include "storage/snapshot/snapshot_meta.hpp"
#include "storage/state/store.hpp"

#include <chrono>
#include <memory>

namespace praetor {

/// What an archive of the state for users is made of: it is packed by whoever asked for it.
struct snapshot_export {
  state::store_ptr state;
  storage::snapshot_meta meta;   ///< its size is open
  std::chrono::seconds taken{0}; ///< Unix time
};

/// Takes the state of this server as it is now; who wants a consistent one confirms leadership first
/// (write_path::read). Any thread may call; `done` runs once, on the snapshotter's thread.
void take_snapshot(const agent_handles& handles, archive_callback done);

/// Packs it (gzip over tar, as snapshot/save hands it out) into `to`. Takes as long as the state is large; the bytes go
/// through a second scratch file beside it.
expected<void> pack_snapshot(const snapshot_export& from, storage::scratch_file& to);

/// Replaces the state of all servers of the datacenter with an archive's: it goes through the log, so that it happens
/// everywhere at the same place among the writes, or nowhere. The archive is verified whole before anything is changed.
/// Only the leader takes it ("No cluster leader" otherwise). `done` hears null once the new state is in force.
void restore_snapshot(const agent_handles& handles, std::shared_ptr<storage::scratch_file> archive, done_callback done);

} // namespace praetor
