#pragma once

#include "storage/agent_store/agent_store.hpp"
#include "storage/warning.hpp"

#include <filesystem>
#include <memory>

namespace praetor::storage {

/// The agent's store in RocksDB: all writes between two syncs are one atomic write with one fsync. Each record has a
/// checksum that covers its key. A torn tail is dropped with a warning; any other damage is an error.
class rocksdb_agent_store final : public agent_store {
public:
  static expected<std::unique_ptr<rocksdb_agent_store>> open(const std::filesystem::path& directory,
                                                             warning_callback warn);
  ~rocksdb_agent_store() override;

  expected<void> write(agent_batch batch) override;
  expected<void> sync() override;
  expected<std::vector<agent_record>> load(agent_table table) const override;
  expected<std::optional<std::string>> get(agent_table table, std::string_view key) const override;

private:
  class core;
  explicit rocksdb_agent_store(std::unique_ptr<core> core);
  std::unique_ptr<core> core_;
};

} // namespace praetor::storage
