#include "storage/agent_store/rocksdb_agent_store.hpp"

#include "storage/rocks/database.hpp"
#include "storage/rocks/sealed.hpp"

#include <map>
#include <mutex>
#include <rocksdb/iterator.h>

namespace praetor::storage {

namespace {

constexpr std::size_t records = 1; // the column family of all records

std::string stored_key(agent_table table, std::string_view key) {
  return std::string(1, static_cast<char>(table)).append(key);
}

std::string_view view(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

} // namespace

class rocksdb_agent_store::core {
public:
  explicit core(std::unique_ptr<database> files) : files_(std::move(files)) {}

  expected<void> write(agent_batch batch) {
    std::lock_guard lock(guard_);
    if (failed_) return tl::unexpected(*failed_);
    for (auto& change : batch) unsynced_[stored_key(change.table, change.key)] = std::move(change.value);
    return {};
  }

  expected<void> sync() {
    std::lock_guard lock(guard_);
    if (failed_) return tl::unexpected(*failed_);
    if (unsynced_.empty()) return {};
    rocksdb::WriteBatch batch;
    for (auto& [key, value] : unsynced_) {
      if (value)
        batch.Put(files_->family(records), key, seal(key, *value));
      else
        batch.Delete(files_->family(records), key);
    }
    auto done = files_->commit(batch);
    if (!done) {
      failed_ = done.error();
      return done;
    }
    unsynced_.clear();
    return {};
  }

  expected<std::vector<agent_record>> load(agent_table table) const {
    std::lock_guard lock(guard_);
    auto low = stored_key(table, "");
    std::string high(1, static_cast<char>(static_cast<int>(table) + 1));
    std::map<std::string, std::string> found;
    std::unique_ptr<rocksdb::Iterator> i(files_->db().NewIterator({}, files_->family(records)));
    for (i->Seek(low); i->Valid() && view(i->key()) < high; i->Next()) {
      auto value = unseal(view(i->key()), view(i->value()));
      if (!value) return damaged(view(i->key()));
      found.emplace(view(i->key()), *value);
    }
    if (!i->status().ok()) return tl::unexpected(files_->describe(i->status(), "cannot read"));
    for (auto change = unsynced_.lower_bound(low); change != unsynced_.end() && change->first < high; ++change) {
      if (change->second)
        found[change->first] = *change->second;
      else
        found.erase(change->first);
    }
    std::vector<agent_record> result;
    result.reserve(found.size());
    for (auto& [key, value] : found) result.push_back({key.substr(1), std::move(value)});
    return result;
  }

  expected<std::optional<std::string>> get(agent_table table, std::string_view name) const {
    std::lock_guard lock(guard_);
    auto key = stored_key(table, name);
    if (auto change = unsynced_.find(key); change != unsynced_.end()) return change->second;
    auto stored = files_->get(records, key);
    if (!stored || !*stored) return stored;
    auto value = unseal(key, **stored);
    if (!value) return damaged(key);
    return std::string(*value);
  }

private:
  tl::unexpected<error> damaged(std::string_view key) const {
    return fail("the agent's store in " + files_->directory().string() + " is damaged: the record " +
                std::string(key.substr(1)) +
                " has a wrong checksum. Restore this directory from a backup, or move it "
                "away to let the agent start without what was registered over its API");
  }

  std::unique_ptr<database> files_;
  mutable std::mutex guard_;
  std::optional<error> failed_;
  std::map<std::string, std::optional<std::string>> unsynced_;
};

rocksdb_agent_store::rocksdb_agent_store(std::unique_ptr<core> core) : core_(std::move(core)) {}
rocksdb_agent_store::~rocksdb_agent_store() = default;

expected<std::unique_ptr<rocksdb_agent_store>> rocksdb_agent_store::open(const std::filesystem::path& directory,
                                                                         warning_callback warn) {
  database_settings settings;
  settings.directory = directory;
  settings.purpose = "the agent's store";
  settings.families = {"records"};
  settings.write_buffer = 2 << 20;
  settings.warn = std::move(warn);
  auto files = database::open(settings);
  if (!files) return tl::unexpected(files.error());
  return std::unique_ptr<rocksdb_agent_store>(new rocksdb_agent_store(std::make_unique<core>(std::move(*files))));
}

expected<void> rocksdb_agent_store::write(agent_batch batch) { return core_->write(std::move(batch)); }
expected<void> rocksdb_agent_store::sync() { return core_->sync(); }
expected<std::vector<agent_record>> rocksdb_agent_store::load(agent_table table) const { return core_->load(table); }
expected<std::optional<std::string>> rocksdb_agent_store::get(agent_table table, std::string_view key) const {
  return core_->get(table, key);
}

} // namespace praetor::storage
