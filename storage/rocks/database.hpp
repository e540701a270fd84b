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
  std::string purpose;               ///< for error messages: "the Raft log"
  std::vector<std::string> families; ///< besides "default"
  std::size_t write_buffer = 4 << 20;
  warning_callback warn;
};

/// A RocksDB directory, opened for one writer, a small memory footprint and fast syncs. Damage is an error; a torn tail
/// is truncated with a warning (see mend_write_ahead_logs). While the process is out of file descriptors, operations
/// that need one wait.
class database {
public:
  /// Creates directory and database if they do not exist. Refuses a directory that another process uses.
  static expected<std::unique_ptr<database>> open(const database_settings& settings);
  ~database();
  database(const database&) = delete;
  database& operator=(const database&) = delete;

  rocksdb::DB& db() const { return *db_; }
  /// 0 is "default", the others follow in the order of the settings.
  rocksdb::ColumnFamilyHandle* family(std::size_t number) const { return families_[number]; }
  /// One durable write.
  expected<void> commit(rocksdb::WriteBatch& batch);
  expected<std::optional<std::string>> get(std::size_t family, std::string_view key) const;
  /// The error as a sentence that names the directory.
  error describe(const rocksdb::Status& status, std::string_view doing) const;
  const std::filesystem::path& directory() const { return directory_; }

private:
  class manifest_keeper;

  database() = default;
  std::filesystem::path directory_;
  std::string purpose_;
  file_handle lock_; ///< declared before the database, and so released after it
  std::shared_ptr<manifest_keeper> keeper_;
  std::unique_ptr<rocksdb::Env> environment_; ///< creates the database's files
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

} // namespace praetor::storage
