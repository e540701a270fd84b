#include "storage/raft_log/rocksdb_log.hpp"

#include "storage/raft_log/log_values.hpp"
#include "storage/raft_log/space_reserve.hpp"
#include "storage/raft_log/term_index.hpp"
#include "storage/rocks/database.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <rocksdb/convenience.h>
#include <rocksdb/iterator.h>

namespace praetor::storage {

namespace {

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

constexpr std::size_t values = 0;     // column family of storage id, hard state and position
constexpr std::size_t log_family = 1; // column family of the entries

constexpr const char* way_out =
    ". Restore this directory from a backup, or move it away to let this server start empty";

} // namespace

class rocksdb_log::core {
public:
  core(std::unique_ptr<database> files, const rocksdb_log_settings& settings)
      : files_(std::move(files)), warn_(settings.warn),
        reserve_(settings.directory / "reserve", settings.reserve_bytes, settings.low_mark, settings.warn) {}

  expected<void> load(const std::string& new_storage_id);
  const log_contents& opened() const { return opened_; }

  expected<void> write(const log_batch& batch);
  expected<void> sync();
  expected<void> compact(raft::index_t through);
  expected<std::vector<raft::entry_ptr>> read(raft::index_t from, raft::index_t last, std::size_t max_bytes) const;

  raft::index_t first() const {
    std::lock_guard lock(guard_);
    return terms_.first();
  }
  raft::index_t last() const {
    std::lock_guard lock(guard_);
    return terms_.last();
  }
  std::optional<raft::term_t> term(raft::index_t index) const {
    std::lock_guard lock(guard_);
    return terms_.term(index);
  }
  bool space_left() { return reserve_.check(); }
  disk_space space();

private:
  expected<void> load_values(const std::string& new_storage_id);
  expected<void> load_entries();
  expected<void> damaged(const std::string& what) const;
  void erase(raft::index_t from, raft::index_t end);
  void remember_unsynced(const log_batch& batch);
  expected<std::vector<raft::entry_ptr>> read_stored(raft::index_t from, raft::index_t last, std::size_t max_bytes,
                                                     std::size_t& bytes) const;
  expected<void> stop(error reason) {
    failed_ = std::move(reason);
    return tl::unexpected(*failed_);
  }

  std::unique_ptr<database> files_;
  warning_callback warn_;
  space_reserve reserve_;
  log_contents opened_;

  // Used by the writing thread only.
  rocksdb::WriteBatch pending_;
  std::optional<error> failed_;
  std::uint64_t counted_bytes_ = 0; ///< size of the files when last measured
  std::uint64_t bytes_since_count_ = 0;

  mutable std::mutex guard_; ///< guards the members below
  term_index terms_;
  /// Entries from this index on are in `unsynced_`, or do not exist; earlier ones are in the files.
  raft::index_t unsynced_from_ = 0;
  std::vector<raft::entry_ptr> unsynced_;
  std::uint64_t rewrites_ = 0; ///< counts deletions, so that a reader detects a concurrent one
};

// ---- open --------------------------------------------------------------------------------------------------------

expected<void> rocksdb_log::core::damaged(const std::string& what) const {
  return fail("the Raft log in " + files_->directory().string() + " is damaged: " + what + way_out);
}

expected<void> rocksdb_log::core::load(const std::string& new_storage_id) {
  if (auto done = load_values(new_storage_id); !done) return done;
  if (auto done = load_entries(); !done) return done;
  unsynced_from_ = terms_.last() + 1;
  opened_.first_index = terms_.first();
  opened_.last_index = terms_.last();
  opened_.before_first_term = terms_.before().term;
  return {};
}

expected<void> rocksdb_log::core::load_values(const std::string& new_storage_id) {
  auto id = files_->get(values, storage_id_key);
  auto state = files_->get(values, hard_state_key);
  auto before = files_->get(values, before_key);
  for (auto* one : {&id, &state, &before})
    if (!*one) return fail(one->error().text + way_out);
  opened_.fresh = !*id;
  if (opened_.fresh) {
    std::unique_ptr<rocksdb::Iterator> any(files_->db().NewIterator({}, files_->family(log_family)));
    any->SeekToFirst();
    if (*state || *before || any->Valid() || !any->status().ok()) return damaged("its storage id is missing");
    opened_.storage_id = new_storage_id;
    rocksdb::WriteBatch batch;
    batch.Put(files_->family(values), slice(storage_id_key), encode_text(storage_id_key, new_storage_id));
    return files_->commit(batch);
  }
  auto text = decode_text(storage_id_key, **id);
  if (!text) return damaged("the checksum of its storage id is wrong");
  opened_.storage_id = *text;
  if (*state) {
    auto found = decode_hard_state(**state);
    if (!found) return damaged("the checksum of term and vote is wrong");
    opened_.state = std::move(*found);
  }
  if (*before) {
    auto found = decode_position(**before);
    if (!found) return damaged("the checksum of its first position is wrong");
    terms_.reset(*found);
  }
  return {};
}

expected<void> rocksdb_log::core::load_entries() {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  std::unique_ptr<rocksdb::Iterator> i(files_->db().NewIterator(options, files_->family(log_family)));
  for (i->SeekToFirst(); i->Valid(); i->Next()) {
    auto index = index_of(view(i->key()));
    auto expected_index = terms_.last() + 1;
    if (!index || *index < expected_index) return damaged("it holds an entry that was removed");
    if (*index > expected_index)
      return damaged("entries " + std::to_string(expected_index) + " to " + std::to_string(*index - 1) +
                     " are missing");
    auto one = decode_entry(view(i->key()), view(i->value()));
    auto last_term = terms_.term(terms_.last()).value_or(0);
    if (!one || one->term < last_term) return damaged("entry " + std::to_string(*index) + " has a wrong checksum");
    terms_.append(one->index, one->term);
    if (one->kind != raft::entry_kind::configuration) continue;
    auto members = raft::decode_configuration(one->data);
    if (!members) return damaged("the configuration in entry " + std::to_string(*index) + " is unreadable");
    opened_.configurations.push_back({one->index, std::move(*members)});
  }
  if (!i->status().ok()) return fail(files_->describe(i->status(), "cannot read").text + way_out);
  return {};
}

// ---- write -------------------------------------------------------------------------------------------------------

void rocksdb_log::core::erase(raft::index_t from, raft::index_t end) {
  auto* family = files_->family(log_family);
  constexpr raft::index_t one_by_one = 256; // up to this many single deletes: a range tombstone slows every later scan
  if (end > from && end - from > one_by_one) {
    pending_.DeleteRange(family, entry_key(from), entry_key(end));
    return;
  }
  for (auto index = from; index < end; ++index) pending_.Delete(family, entry_key(index));
}

void rocksdb_log::core::remember_unsynced(const log_batch& batch) {
  std::lock_guard lock(guard_);
  terms_.apply(batch);
  if (batch.reset || batch.truncate_from) {
    auto from = batch.reset ? batch.reset->index + 1 : *batch.truncate_from;
    if (batch.reset || from < unsynced_from_) {
      unsynced_.clear();
      unsynced_from_ = from;
    } else if (from - unsynced_from_ < unsynced_.size()) {
      unsynced_.resize(from - unsynced_from_);
    }
    ++rewrites_;
  }
  unsynced_.insert(unsynced_.end(), batch.entries.begin(), batch.entries.end());
}

expected<void> rocksdb_log::core::write(const log_batch& batch) {
  if (failed_) return tl::unexpected(*failed_);
  auto* family = files_->family(log_family);
  auto end = last() + 1;
  if (batch.state) pending_.Put(files_->family(values), slice(hard_state_key), encode_hard_state(*batch.state));
  if (batch.reset) {
    erase(first(), end);
    end = batch.reset->index + 1;
    pending_.Put(files_->family(values), slice(before_key), encode_position(*batch.reset));
  }
  if (batch.truncate_from) erase(*batch.truncate_from, end);
  for (auto& one : batch.entries) {
    auto key = entry_key(one->index);
    pending_.Put(family, key, encode_entry(key, *one));
  }
  remember_unsynced(batch);
  return {};
}

expected<void> rocksdb_log::core::sync() {
  if (failed_) return tl::unexpected(*failed_);
  if (pending_.Count() == 0) return {};
  auto done = files_->commit(pending_);
  if (!done) return stop(done.error());
  bytes_since_count_ += pending_.GetDataSize();
  constexpr std::size_t worth_keeping = 1 << 20;
  if (pending_.GetDataSize() > worth_keeping)
    pending_ = rocksdb::WriteBatch();
  else
    pending_.Clear();
  std::lock_guard lock(guard_);
  unsynced_.clear();
  unsynced_from_ = terms_.last() + 1;
  return {};
}

expected<void> rocksdb_log::core::compact(raft::index_t through) {
  if (auto done = sync(); !done) return done;
  auto begin = first();
  if (through < begin) return {};
  if (through > last()) return fail("cannot compact the Raft log beyond its end");
  auto* family = files_->family(log_family);
  rocksdb::WriteBatch batch;
  batch.DeleteRange(family, entry_key(begin), entry_key(through + 1));
  batch.Put(files_->family(values), slice(before_key), encode_position({through, *term(through)}));
  {
    std::lock_guard lock(guard_);
    terms_.compact(through);
    ++rewrites_;
  }
  if (auto done = files_->commit(batch); !done) return stop(done.error());
  // Deletes whole files at once; compaction removes the rest later.
  auto low = entry_key(0);
  auto high = entry_key(through);
  rocksdb::Slice from(low);
  rocksdb::Slice to(high);
  auto status = rocksdb::DeleteFilesInRange(&files_->db(), family, &from, &to);
  counted_bytes_ = 0;
  if (!status.ok() && warn_) warn_(files_->describe(status, "cannot drop old files of").text);
  return {};
}

// ---- read --------------------------------------------------------------------------------------------------------

expected<std::vector<raft::entry_ptr>> rocksdb_log::core::read(raft::index_t from, raft::index_t last,
                                                               std::size_t max_bytes) const {
  for (;;) {
    std::vector<raft::entry_ptr> recent;
    std::uint64_t seen = 0;
    raft::index_t stored_last = 0;
    {
      std::lock_guard lock(guard_);
      if (from < terms_.first() || from > terms_.last()) return recent;
      last = std::min(last, terms_.last());
      stored_last = std::min(last, unsynced_from_ - 1);
      seen = rewrites_;
      auto begin = std::max(from, unsynced_from_);
      for (auto i = begin; i <= last; ++i) recent.push_back(unsynced_[i - unsynced_from_]);
    }
    std::size_t bytes = 0;
    auto result = read_stored(from, stored_last, max_bytes, bytes);
    {
      std::lock_guard lock(guard_);
      if (seen != rewrites_) continue;
    }
    if (!result) return result;
    if (from <= stored_last && result->back()->index < stored_last) return result; // the byte limit was reached
    for (auto& one : recent) {
      bytes += one->weight();
      if (!result->empty() && bytes > max_bytes) break;
      result->push_back(std::move(one));
    }
    return result;
  }
}

expected<std::vector<raft::entry_ptr>> rocksdb_log::core::read_stored(raft::index_t from, raft::index_t last,
                                                                      std::size_t max_bytes, std::size_t& bytes) const {
  std::vector<raft::entry_ptr> result;
  if (from > last) return result;
  auto low = entry_key(from);
  auto high = entry_key(last + 1);
  rocksdb::Slice lower(low);
  rocksdb::Slice upper(high);
  rocksdb::ReadOptions options;
  options.iterate_lower_bound = &lower;
  options.iterate_upper_bound = &upper;
  std::unique_ptr<rocksdb::Iterator> i(files_->db().NewIterator(options, files_->family(log_family)));
  auto next = from;
  for (i->SeekToFirst(); i->Valid(); i->Next(), ++next) {
    auto one = decode_entry(view(i->key()), view(i->value()));
    if (!one || one->index != next) break;
    bytes += one->weight();
    if (!result.empty() && bytes > max_bytes) return result;
    result.push_back(std::move(one));
  }
  if (next == last + 1) return result;
  auto reason = i->status().ok() ? error{"entry " + std::to_string(next) + " of the Raft log in " +
                                         files_->directory().string() + " is missing or has a wrong checksum"}
                                 : files_->describe(i->status(), "cannot read");
  return tl::unexpected(reason);
}

disk_space rocksdb_log::core::space() {
  disk_space result;
  result.low = !reserve_.check();
  result.free_bytes = reserve_.free_bytes();
  result.reserve_bytes = reserve_.held();
  constexpr std::uint64_t recount = 1 << 20; // so that calling it after each write is cheap
  if (counted_bytes_ == 0 || bytes_since_count_ >= recount) {
    counted_bytes_ = bytes_since_count_ = 0;
    std::error_code ignored;
    for (auto& file : std::filesystem::directory_iterator(files_->directory(), ignored)) {
      auto extension = file.path().extension();
      if (extension == ".log" || extension == ".sst") counted_bytes_ += file.file_size(ignored);
    }
  }
  result.log_bytes = counted_bytes_ + bytes_since_count_;
  return result;
}

// ---- the port ----------------------------------------------------------------------------------------------------

rocksdb_log::rocksdb_log(std::unique_ptr<core> core) : core_(std::move(core)) {}
rocksdb_log::~rocksdb_log() = default;

expected<std::unique_ptr<rocksdb_log>> rocksdb_log::open(const rocksdb_log_settings& settings) {
  database_settings files;
  files.directory = settings.directory;
  files.purpose = "the Raft log";
  files.families = {"log"};
  files.write_buffer = settings.write_buffer;
  files.warn = settings.warn;
  auto opened = database::open(files);
  if (!opened) return tl::unexpected(opened.error());
  auto inside = std::make_unique<core>(std::move(*opened), settings);
  if (auto loaded = inside->load(settings.new_storage_id); !loaded) return tl::unexpected(loaded.error());
  return std::unique_ptr<rocksdb_log>(new rocksdb_log(std::move(inside)));
}

const log_contents& rocksdb_log::opened() const { return core_->opened(); }
expected<void> rocksdb_log::write(const log_batch& batch) { return core_->write(batch); }
expected<void> rocksdb_log::sync() { return core_->sync(); }
expected<void> rocksdb_log::compact(raft::index_t through) { return core_->compact(through); }
raft::index_t rocksdb_log::first_index() const { return core_->first(); }
raft::index_t rocksdb_log::last_index() const { return core_->last(); }
std::optional<raft::term_t> rocksdb_log::term(raft::index_t index) const { return core_->term(index); }
expected<std::vector<raft::entry_ptr>> rocksdb_log::read(raft::index_t from, raft::index_t last,
                                                         std::size_t max_bytes) const {
  return core_->read(from, last, max_bytes);
}
bool rocksdb_log::space_left() { return core_->space_left(); }
disk_space rocksdb_log::space() { return core_->space(); }

} // namespace praetor::storage
