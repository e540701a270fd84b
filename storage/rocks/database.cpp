#include "storage/rocks/database.hpp"

#include "storage/files/files.hpp"
#include "storage/rocks/manifest_seal.hpp"
#include "storage/rocks/patient_files.hpp"
#include "storage/rocks/private_file_system.hpp"
#include "storage/rocks/wal_check.hpp"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <fcntl.h>
#include <mutex>
#include <rocksdb/env.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <sys/file.h>

namespace praetor::storage {

namespace {

namespace fs = std::filesystem;

/// Forwards RocksDB's errors and drops its other messages; also suppresses the LOG file.
class quiet_logger : public rocksdb::Logger {
public:
  quiet_logger(std::string purpose, warning_callback warn)
      : Logger(rocksdb::InfoLogLevel::ERROR_LEVEL), purpose_(std::move(purpose)), warn_(std::move(warn)) {}

  using Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    char text[512];
    std::vsnprintf(text, sizeof text, format, arguments);
    if (warn_) warn_(purpose_ + ": " + text);
  }

private:
  std::string purpose_;
  warning_callback warn_;
};

rocksdb::DBOptions database_options(const database_settings& settings) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = true;
  // Fast start: keep the write-ahead log's content there instead of flushing it to a table first.
  options.avoid_flush_during_recovery = true;
  options.skip_stats_update_on_db_open = true;
  options.max_file_opening_threads = 1;
  // A single writer needs no coordination.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  // Small footprint: few threads, few open files, no statistics.
  options.max_background_jobs = 2;
  options.max_open_files = 64;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.manifest_preallocation_size = 64 << 10;
  options.writable_file_max_buffer_size = 256 << 10;
  options.max_total_wal_size = 4 * settings.write_buffer;
  // Sync tables in small steps, so that the log's fsync does not wait for megabytes of writeback.
  options.bytes_per_sync = 512 << 10;
  options.info_log = std::make_shared<quiet_logger>(settings.purpose, settings.warn);
  return options;
}

rocksdb::ColumnFamilyOptions family_options(std::size_t write_buffer) {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = write_buffer;
  options.arena_block_size = 64 << 10;
  options.max_write_buffer_number = 3;
  options.compression = rocksdb::kNoCompression;
  options.bottommost_compression = rocksdb::kNoCompression;
  options.target_file_size_base = 8 << 20;
  options.max_bytes_for_level_base = 64 << 20;
  options.num_levels = 4;
  rocksdb::BlockBasedTableOptions table;
  table.no_block_cache = true; // reads are scans; recent entries are cached elsewhere
  table.block_size = 16 << 10;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

/// Prevents two processes from using one directory, before any file is read.
expected<file_handle> lock_directory(const fs::path& directory, const std::string& purpose) {
  auto path = directory / "owner.lock";
  auto handle = file_handle::open(path, O_RDWR | O_CREAT);
  if (!handle || ::flock(handle->get(), LOCK_EX | LOCK_NB) == 0) return handle;
  if (errno != EWOULDBLOCK) return tl::unexpected(system_error("lock", path));
  return fail(purpose + " in " + directory.string() + " is in use by another process");
}

/// RocksDB would create a new database if the file CURRENT is missing, and so lose the old one.
bool lost_its_index(const fs::path& directory) {
  std::error_code ignored;
  if (fs::exists(directory / "CURRENT", ignored)) return false;
  for (auto& file : fs::directory_iterator(directory, ignored)) {
    auto extension = file.path().extension();
    if (extension == ".sst" || (extension == ".log" && file.file_size(ignored) > 0)) return true;
  }
  return false;
}

} // namespace

/// Seals the manifest whenever tables are added or deleted. RocksDB calls it on its own threads.
class database::manifest_keeper : public rocksdb::EventListener {
public:
  explicit manifest_keeper(const database_settings& settings)
      : directory_(settings.directory), purpose_(settings.purpose), warn_(settings.warn) {}

  expected<void> note() {
    std::lock_guard lock(guard_);
    return seal_manifest(directory_);
  }
  void OnFlushCompleted(rocksdb::DB*, const rocksdb::FlushJobInfo&) override { note_or_warn(); }
  void OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo&) override { note_or_warn(); }

private:
  void note_or_warn() {
    if (auto done = note(); !done && warn_) warn_(purpose_ + ": " + done.error().text);
  }

  std::mutex guard_; // serializes the calls
  fs::path directory_;
  std::string purpose_;
  warning_callback warn_;
};

expected<std::unique_ptr<database>> database::open(const database_settings& settings) {
  if (auto made = make_directories(settings.directory); !made) return tl::unexpected(made.error());
  std::unique_ptr<database> result(new database);
  result->directory_ = settings.directory;
  result->purpose_ = settings.purpose;
  auto lock = lock_directory(settings.directory, settings.purpose);
  if (!lock) return tl::unexpected(lock.error());
  result->lock_ = std::move(*lock);

  if (lost_its_index(settings.directory))
    return fail("cannot open " + settings.purpose + ": the file " + (settings.directory / "CURRENT").string() +
                " is missing. Restore this directory from a backup, or move it away to let this server start empty");
  if (auto mended = mend_write_ahead_logs(settings.directory, settings.warn); !mended)
    return fail("cannot open " + settings.purpose + ": " + mended.error().text);
  if (auto sound = check_manifest(settings.directory, settings.warn); !sound)
    return fail("cannot open " + settings.purpose + ": " + sound.error().text);

  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  // The default family holds a few small, rarely written values.
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, family_options(256 << 10));
  for (auto& name : settings.families) families.emplace_back(name, family_options(settings.write_buffer));
  result->keeper_ = std::make_shared<manifest_keeper>(settings);
  auto files = make_patient_files(make_private_files(rocksdb::FileSystem::Default()),
                                  settings.purpose + " in " + settings.directory.string(), settings.warn);
  result->environment_ = rocksdb::NewCompositeEnv(files);
  auto options = database_options(settings);
  options.env = result->environment_.get();
  options.listeners.push_back(result->keeper_);
  rocksdb::DB* db = nullptr;
  auto status = rocksdb::DB::Open(options, settings.directory.string(), families, &result->families_, &db);
  result->db_.reset(db);
  if (!status.ok())
    return fail(result->describe(status, "cannot open").text +
                ". Restore this directory from a backup, or move it away to let this server start empty");
  // Each start begins a new manifest.
  if (auto noted = result->keeper_->note(); !noted) return tl::unexpected(noted.error());
  return result;
}

database::~database() {
  if (db_) {
    for (auto* family : families_) db_->DestroyColumnFamilyHandle(family);
    db_->Close();
    db_.reset();
    (void)keeper_->note(); // otherwise the seal of the last table change remains
  }
}

expected<void> database::commit(rocksdb::WriteBatch& batch) {
  rocksdb::WriteOptions options;
  options.sync = true;
  auto status = db_->Write(options, &batch);
  if (!status.ok()) return tl::unexpected(describe(status, "cannot write to"));
  return {};
}

expected<std::optional<std::string>> database::get(std::size_t family, std::string_view key) const {
  std::string value;
  auto status = db_->Get({}, families_[family], rocksdb::Slice(key.data(), key.size()), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return tl::unexpected(describe(status, "cannot read"));
  return value;
}

error database::describe(const rocksdb::Status& status, std::string_view doing) const {
  return {std::string(doing) + " " + purpose_ + " in " + directory_.string() + ": " + status.ToString()};
}

} // namespace praetor::storage
