#pragma once

#include "sim/world.hpp"
#include "storage/agent_store/memory_agent_store.hpp"
#include "storage/raft_log/memory_log.hpp"
#include "storage/snapshot/memory_snapshot_store.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>

namespace praetor::sim {

/// How a disk behaves.
struct disk_behaviour {
  /// The range of a sync's duration, uniformly distributed.
  std::chrono::nanoseconds fastest_sync{std::chrono::microseconds(50)};
  std::chrono::nanoseconds slowest_sync{std::chrono::milliseconds(5)};
  /// One in this many syncs takes a hundred times as long; 0: none.
  unsigned stall_every = 200;
  /// Reports a sync without doing it: a bug for checkers to find.
  bool lies_about_sync = false;
};

/// The current faults of a disk.
struct disk_trouble {
  duration slower{0};       ///< added to each sync
  bool stuck = false;       ///< no sync ends
  bool full = false;        ///< only a small reserve is left
  bool read_errors = false; ///< earlier data can't be read
};

/// A node's disks. Their content outlives the agent; unsynced writes do not survive a crash. One life of the agent gets
/// the stores of one `plug_in`, which discard later writes after `cut`.
class disk {
public:
  /// @param storage_id UUID of the log's storage
  disk(sim::world& world, std::string storage_id, disk_behaviour behaviour);

  struct stores {
    std::shared_ptr<storage::log_store> log;
    std::shared_ptr<storage::snapshot_store> snapshots;
    std::shared_ptr<storage::agent_store> agent;
  };
  /// Error: found damage when opening.
  expected<stores> plug_in();
  /// Power loss: no plugged-in store reaches the disks any more, and unsynced writes are lost except for a prefix of
  /// random length.
  void cut();

  /// The current faults, which also affect stores that are plugged in.
  disk_trouble& trouble() { return shared_->trouble; }
  /// Flips a bit in old data. @returns a description of it; "" if there is no old data
  std::string damage();
  /// Whether the agent may have seen an error of this disk since it was plugged in.
  bool has_failed() const { return shared_->failed || shared_->damaged_snapshot; }
  /// Called after each sync of the log; null: nothing.
  void when_synced(std::function<void()> action) { shared_->synced = std::move(action); }

  /// The durable content at one moment, to be restored later.
  struct image {
    std::shared_ptr<storage::memory_log> log;
    std::shared_ptr<storage::memory_snapshot_store> snapshots;
    std::shared_ptr<storage::memory_agent_store> agent;
  };
  image durable() const;
  /// Restores an image. Only while nothing is plugged in.
  void put_back(const image& old);

  /// The durable content.
  storage::memory_log& log() { return *log_; }
  storage::snapshot_store& snapshots() { return *snapshots_; }

  /// State shared by the disk and its plugged-in stores.
  struct shared_state {
    disk_trouble trouble;
    std::set<raft::index_t> damaged; ///< entries
    std::function<void()> synced;
    std::size_t reserve = 0; ///< bytes left on a full disk
    bool failed = false, damaged_snapshot = false;
  };

private:
  sim::world& world_;
  disk_behaviour behaviour_;
  std::mt19937_64 random_;
  std::shared_ptr<storage::memory_log> log_;
  std::shared_ptr<storage::memory_snapshot_store> snapshots_;
  std::shared_ptr<storage::memory_agent_store> agent_;
  std::shared_ptr<bool> power_;
  std::shared_ptr<shared_state> shared_ = std::make_shared<shared_state>();
};

} // namespace praetor::sim
