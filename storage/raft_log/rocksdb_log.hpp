#pragma once

#include "storage/raft_log/log_store.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace praetor::storage {

struct rocksdb_log_settings {
  std::filesystem::path directory; ///< created if it does not exist
  std::string new_storage_id;      ///< UUID for a newly created log
  std::size_t write_buffer = 4 << 20;
  std::uint64_t reserve_bytes = 64 << 20; ///< see space_reserve
  std::uint64_t low_mark = 16 << 20;
  warning_callback warn;
};

/// The Raft log in RocksDB. All writes between two syncs are one atomic write with one fsync. Each value has its own
/// checksum in addition to RocksDB's, and opening reads and checks the whole log: a torn tail is dropped with a
/// warning; any other damage is an error.
class rocksdb_log final : public log_store {
public:
  static expected<std::unique_ptr<rocksdb_log>> open(const rocksdb_log_settings& settings);
  ~rocksdb_log() override;

  const log_contents& opened() const override;
  expected<void> write(const log_batch& batch) override;
  expected<void> sync() override;
  expected<void> compact(raft::index_t through) override;
  raft::index_t first_index() const override;
  raft::index_t last_index() const override;
  std::optional<raft::term_t> term(raft::index_t index) const override;
  expected<std::vector<raft::entry_ptr>> read(raft::index_t from, raft::index_t last,
                                              std::size_t max_bytes) const override;
  bool space_left() override;
  disk_space space() override;

private:
  class core;
  explicit rocksdb_log(std::unique_ptr<core> core);
  std::unique_ptr<core> core_;
};

} // namespace praetor::storage
