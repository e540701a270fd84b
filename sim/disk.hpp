#pragma once

#include "storage/agent_store/memory_agent_store.hpp"
#include "storage/raft_log/memory_log.hpp"
#include "storage/snapshot/memory_snapshot_store.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <random>
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

/// A node's disks. Their contents outlive the agent that wrote them; what was not synced does not outlive a crash.
/// The stores of one `plug_in` are what one life of the agent gets: after `cut` they swallow what is still written.
class disk {
public:
  /// @param storage_id UUID of the log
  disk(std::string storage_id, disk_behaviour behaviour, std::uint64_t seed);

  struct stores {
    std::shared_ptr<storage::log_store> log;
    std::shared_ptr<storage::snapshot_store> snapshots;
    std::shared_ptr<storage::agent_store> agent;
  };
  stores plug_in();
  /// The power fails: from now on nothing that was plugged in reaches the disks, and what was not synced is gone but
  /// for a prefix of random length.
  void cut();

  /// What a reader of the platters finds.
  storage::memory_log& log() { return *log_; }
  storage::snapshot_store& snapshots() { return *snapshots_; }

private:
  disk_behaviour behaviour_;
  std::mt19937_64 random_;
  std::shared_ptr<storage::memory_log> log_;
  std::shared_ptr<storage::memory_snapshot_store> snapshots_;
  std::shared_ptr<storage::memory_agent_store> agent_;
  std::shared_ptr<bool> power_;
};

} // namespace praetor::sim
