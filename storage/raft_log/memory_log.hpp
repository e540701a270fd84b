#pragma once

#include "storage/raft_log/term_index.hpp"

#include <deque>
#include <memory>
#include <mutex>

namespace praetor::storage {

/// A log that lives as long as the process: for -dev, for tests and as the base of a simulated disk.
class memory_log : public log_store {
public:
  explicit memory_log(std::string storage_id);

  const log_contents& opened() const override { return opened_; }
  expected<void> write(const log_batch& batch) override;
  expected<void> sync() override;
  expected<void> compact(raft::index_t through) override;
  raft::index_t first_index() const override;
  raft::index_t last_index() const override;
  std::optional<raft::term_t> term(raft::index_t index) const override;
  expected<std::vector<raft::entry_ptr>> read(raft::index_t from, raft::index_t last,
                                              std::size_t max_bytes) const override;
  bool space_left() override { return true; }
  disk_space space() override;

  /// Simulates a crash and restart: keeps the first `surviving` of the batches written since the last sync, and makes
  /// `opened()` describe the log as a new open would find it.
  void crash(std::size_t surviving = 0);
  std::size_t unsynced_batches() const { return unsynced_.size(); }
  /// The last entry that survives a crash.
  raft::index_t durable_last_index() const;
  /// Another log with the durable content of this one.
  std::shared_ptr<memory_log> durable_copy() const;

private:
  struct image {
    raft::hard_state state;
    term_index terms;
    std::deque<raft::entry_ptr> entries;
    std::uint64_t bytes = 0;

    void apply(const log_batch& batch);
    void truncate(raft::index_t from);
    void compact(raft::index_t through);
  };

  mutable std::mutex guard_;
  log_contents opened_;
  image seen_;    ///< including unsynced writes
  image durable_; ///< shares the entries
  std::vector<log_batch> unsynced_;
};

} // namespace praetor::storage
