#pragma once

#include "protocol/raft/log_view.hpp"
#include "protocol/raft/types.hpp"
#include "protocol/types/error.hpp"
#include "storage/warning.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace praetor::storage {

/// An index and the term of the entry there.
struct log_position {
  raft::index_t index = 0;
  raft::term_t term = 0;
  bool operator==(const log_position&) const = default;
};

/// What one write brings, carried out in the order of the members.
struct log_batch {
  std::optional<raft::hard_state> state;
  std::optional<log_position> reset; ///< discard all entries; the next one follows this position
  std::optional<raft::index_t> truncate_from;
  std::vector<raft::entry_ptr> entries; ///< consecutive, the first one right after what is left

  bool empty() const { return !state && !reset && !truncate_from && entries.empty(); }
};

/// What a log holds beside the entries themselves.
struct log_contents {
  std::string storage_id; ///< UUID of this disk; made when the log was made
  bool fresh = false;     ///< the log was made by this open
  raft::hard_state state;
  raft::index_t first_index = 1;
  raft::index_t last_index = 0; ///< first_index - 1 if there are no entries
  raft::term_t before_first_term = 0;
  /// Every configuration entry, ascending.
  std::vector<raft::indexed_configuration> configurations;
};

/// Room on the disk of the log.
struct disk_space {
  std::uint64_t free_bytes = 0;    ///< what this process may still use, the reserve not counted
  std::uint64_t reserve_bytes = 0; ///< preallocated, to be given up when the disk is full
  std::uint64_t log_bytes = 0;     ///< what the log occupies
  bool low = false;                ///< as `space_left() == false`
};

/// A server's Raft log, term and vote.
///
/// Contract: one thread calls write, sync, compact and space. `term`, `entries` and the like may be called from any
/// thread meanwhile; they see what is written, synced or not. Nothing is durable before the sync that follows it;
/// after a crash a prefix of the batches written since the last sync may have survived, each of them whole. When a
/// write, sync or compact fails, every later one fails too: what the disk holds is then unknown, the process must stop.
class log_store : public raft::log_view {
public:
  /// The state found at open. Not kept up to date.
  virtual const log_contents& opened() const = 0;

  virtual expected<void> write(const log_batch& batch) = 0;
  virtual expected<void> sync() = 0;
  /// How long the next sync is still to be waited with; asked again when that time is over. Zero where `sync` takes its
  /// time itself. A simulated disk, which must not block, is slow this way.
  virtual std::chrono::nanoseconds sync_delay() { return std::chrono::nanoseconds{0}; }
  /// Drops all entries up to and including `through`, durably. Only what a snapshot covers.
  virtual expected<void> compact(raft::index_t through) = 0;

  virtual raft::index_t first_index() const = 0;
  virtual raft::index_t last_index() const = 0;
  /// As `entries`, but says why something can't be read.
  virtual expected<std::vector<raft::entry_ptr>> read(raft::index_t from, raft::index_t last,
                                                      std::size_t max_bytes) const = 0;
  /// False: too little room, refuse proposals. Cheap enough to ask before each batch. Gives the reserve up when the
  /// disk gets full and takes it back when there is room.
  virtual bool space_left() = 0;
  virtual disk_space space() = 0;

  /// `read`, a failure counted as nothing there.
  std::vector<raft::entry_ptr> entries(raft::index_t from, raft::index_t last, std::size_t max_bytes) const override;
};

/// At start: makes sure that log and newest snapshot fit together. A log that ends before the snapshot or contradicts
/// it is reset to it (a crash between installing a snapshot and resetting the log). Entries missing between snapshot
/// and log are an error, and the server must not start.
expected<void> join_snapshot(log_store& log, const std::optional<log_position>& snapshot, const warning_callback& warn);

} // namespace praetor::storage
