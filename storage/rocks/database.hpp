#pragma once

#include "protocol/types/error.hpp"
#include "storage/files/files.hpp"
#include "storage/warning.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/write_batch.h>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::storage {

struct database_settings {
  std::filesystem::path directory;
  std::string purpose;               ///< for messages: "the Raft log"
  std::vector<std::string> families; ///< beside "default"
  std::size_t write_buffer = 4 << 20;
  warning_callback warn;
};

/// A RocksDB directory, opened for one writer, small memory and the quickest sync. Damage is an error, a torn tail is
/// cut off with a warning (see mend_write_ahead_logs). While no file descriptors are left, what needs one waits.
class database {
public:
  /// Creates the directory and the database if there is nothing yet. Refuses a directory that another process uses.
  static expected<std::unique_ptr<database>> open(const database_settings& settings);
  ~database();
  database(const database&) = delete;
  database& operator=(const database&) = delete;

  rocksdb::DB& db() const { return *db_; }
  /// 0 is "default", then as in the settings.
  rocksdb::ColumnFamilyHandle* family(std::size_t number) const { return families_[number]; }
  /// One durable write.
  expected<void> commit(rocksdb::WriteBatch& batch);
  expected<std::optional<std::string>> get(std::size_t family, std::string_view key) const;
  /// What went wrong, in a sentence that names the directory.
  error describe(const rocksdb::Status& status, std::string_view doing) const;
  const std::filesystem::path& directory() const { return directory_; }

private:
  class manifest_keeper;

  database() = default;
  std::filesystem::path directory_;
  std::string purpose_;
  file_handle lock_; ///< declared before, and so released after, the database
  std::shared_ptr<manifest_keeper> keeper_;
  std::unique_ptr<rocksdb::Env> environment_; ///< what the database makes its files through
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

} // namespace praetor::storage
