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

/// An index and the term of its entry.
struct log_position {
  raft::index_t index = 0;
  raft::term_t term = 0;
  bool operator==(const log_position&) const = default;
};

/// The content of one write, applied in the order of the members.
struct log_batch {
  std::optional<raft::hard_state> state;
  std::optional<log_position> reset; ///< discard all entries; the next one follows this position
  std::optional<raft::index_t> truncate_from;
  std::vector<raft::entry_ptr> entries; ///< consecutive; the first one follows the remaining entries

  bool empty() const { return !state && !reset && !truncate_from && entries.empty(); }
};

/// What a log holds besides the entries.
struct log_contents {
  std::string storage_id; ///< UUID of this storage, created with the log
  bool fresh = false;     ///< this open created the log
  raft::hard_state state;
  raft::index_t first_index = 1;
  raft::index_t last_index = 0; ///< first_index - 1 if there are no entries
  raft::term_t before_first_term = 0;
  /// Every configuration entry, ascending.
  std::vector<raft::indexed_configuration> configurations;
};

/// Space on the log's disk.
struct disk_space {
  std::uint64_t free_bytes = 0;    ///< available to this process, without the reserve
  std::uint64_t reserve_bytes = 0; ///< preallocated, released when the disk is full
  std::uint64_t log_bytes = 0;     ///< used by the log
  bool low = false;                ///< the opposite of `space_left()`
};

/// A server's Raft log, term and vote.
///
/// Contract: one thread calls write, sync, compact and space. `term`, `entries` and the other readers may be called
/// concurrently from any thread; they see all writes, synced or not. Nothing is durable before the following sync;
/// after a crash, a prefix of the batches since the last sync may have survived, each one whole. After a failed write,
/// sync or compact every later one fails too: the content of the disk is unknown then, and the process must stop.
class log_store : public raft::log_view {
public:
  /// The state found at open. Not updated.
  virtual const log_contents& opened() const = 0;

  virtual expected<void> write(const log_batch& batch) = 0;
  virtual expected<void> sync() = 0;
  /// How long to wait before the next sync; ask again after that time. Zero if `sync` blocks itself. Lets a simulated
  /// disk, which must not block, be slow.
  virtual std::chrono::nanoseconds sync_delay() { return std::chrono::nanoseconds{0}; }
  /// Deletes all entries up to and including `through`, durably. Only entries covered by a snapshot.
  virtual expected<void> compact(raft::index_t through) = 0;

  virtual raft::index_t first_index() const = 0;
  virtual raft::index_t last_index() const = 0;
  /// Like `entries`, with the error of an unreadable entry.
  virtual expected<std::vector<raft::entry_ptr>> read(raft::index_t from, raft::index_t last,
                                                      std::size_t max_bytes) const = 0;
  /// False: the disk is too full, reject proposals. Cheap enough to call before each batch. Releases the reserve when
  /// the disk fills up and reallocates it when there is room.
  virtual bool space_left() = 0;
  virtual disk_space space() = 0;

  /// Like `read`, with errors treated as missing entries.
  std::vector<raft::entry_ptr> entries(raft::index_t from, raft::index_t last, std::size_t max_bytes) const override;
};

/// At start: makes log and newest snapshot consistent. Resets a log that ends before the snapshot or contradicts it
/// (after a crash between installing a snapshot and resetting the log). Missing entries between snapshot and log are an
/// error, and the server must not start.
expected<void> join_snapshot(log_store& log, const std::optional<log_position>& snapshot, const warning_callback& warn);

} // namespace praetor::storage
