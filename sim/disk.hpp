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
  /// A sync takes between these, uniformly.
  std::chrono::nanoseconds fastest_sync{std::chrono::microseconds(50)};
  std::chrono::nanoseconds slowest_sync{std::chrono::milliseconds(5)};
  /// One sync in this many takes a hundred times as long; 0 = never.
  unsigned stall_every = 200;
  /// Says that it has synced and has not: what checkers must notice.
  bool lies_about_sync = false;
};

/// What ails a disk for now.
struct disk_trouble {
  duration slower{0};       ///< added to each sync
  bool stuck = false;       ///< no sync ends
  bool full = false;        ///< nothing but a small reserve is left
  bool read_errors = false; ///< what was written before can't be read
};

/// A node's disks. Their contents outlive the agent that wrote them; what was not synced does not outlive a crash.
/// The stores of one `plug_in` are what one life of the agent gets: after `cut` they swallow what is still written.
class disk {
public:
  /// @param storage_id UUID of the log
  disk(sim::world& world, std::string storage_id, disk_behaviour behaviour);

  struct stores {
    std::shared_ptr<storage::log_store> log;
    std::shared_ptr<storage::snapshot_store> snapshots;
    std::shared_ptr<storage::agent_store> agent;
  };
  /// Error: what is damaged was found at the opening.
  expected<stores> plug_in();
  /// The power fails: from now on nothing that was plugged in reaches the disks, and what was not synced is gone but
  /// for a prefix of random length.
  void cut();

  /// What ails it from now on, for what is plugged in already, too.
  disk_trouble& trouble() { return shared_->trouble; }
  /// Turns a bit of what was written long ago. @returns what was hit; "" if there is nothing old
  std::string damage();
  /// Whether the agent may have met an error of this disk since it was plugged in.
  bool has_failed() const { return shared_->failed || shared_->damaged_snapshot; }
  /// Runs after each sync of the log; null: nothing.
  void when_synced(std::function<void()> action) { shared_->synced = std::move(action); }

  /// What is durable at this moment, to be put back later.
  struct image {
    std::shared_ptr<storage::memory_log> log;
    std::shared_ptr<storage::memory_snapshot_store> snapshots;
    std::shared_ptr<storage::memory_agent_store> agent;
  };
  image durable() const;
  /// Only while nothing is plugged in.
  void put_back(const image& old);

  /// What a reader of the platters finds.
  storage::memory_log& log() { return *log_; }
  storage::snapshot_store& snapshots() { return *snapshots_; }

  /// What the disk and the stores plugged in know of each other.
  struct shared_state {
    disk_trouble trouble;
    std::set<raft::index_t> damaged; ///< entries
    std::function<void()> synced;
    std::size_t reserve = 0; ///< bytes that a full disk still takes
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
