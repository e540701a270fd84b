#include "storage/raft_log/memory_log.hpp"

#include <algorithm>

namespace praetor::storage {

void memory_log::image::truncate(raft::index_t from) {
  while (terms.last() >= from && !entries.empty()) {
    bytes -= entries.back()->weight();
    entries.pop_back();
    terms.truncate(entries.empty() ? terms.first() : entries.back()->index + 1);
  }
}

void memory_log::image::apply(const log_batch& batch) {
  if (batch.state) state = *batch.state;
  if (batch.reset) {
    entries.clear();
    bytes = 0;
    terms.reset(*batch.reset);
  }
  if (batch.truncate_from) truncate(*batch.truncate_from);
  for (auto& one : batch.entries) {
    terms.append(one->index, one->term);
    entries.push_back(one);
    bytes += one->weight();
  }
}

void memory_log::image::compact(raft::index_t through) {
  terms.compact(through);
  while (!entries.empty() && entries.front()->index <= through) {
    bytes -= entries.front()->weight();
    entries.pop_front();
  }
}

memory_log::memory_log(std::string storage_id) {
  opened_.storage_id = std::move(storage_id);
  opened_.fresh = true;
}

expected<void> memory_log::write(const log_batch& batch) {
  std::lock_guard lock(guard_);
  seen_.apply(batch);
  unsynced_.push_back(batch);
  return {};
}

expected<void> memory_log::sync() {
  std::lock_guard lock(guard_);
  for (auto& batch : unsynced_) durable_.apply(batch);
  unsynced_.clear();
  return {};
}

expected<void> memory_log::compact(raft::index_t through) {
  if (auto done = sync(); !done) return done;
  std::lock_guard lock(guard_);
  if (through < seen_.terms.first()) return {};
  if (through > seen_.terms.last()) return fail("cannot compact the Raft log beyond its end");
  seen_.compact(through);
  durable_.compact(through);
  return {};
}

raft::index_t memory_log::first_index() const {
  std::lock_guard lock(guard_);
  return seen_.terms.first();
}

raft::index_t memory_log::last_index() const {
  std::lock_guard lock(guard_);
  return seen_.terms.last();
}

std::optional<raft::term_t> memory_log::term(raft::index_t index) const {
  std::lock_guard lock(guard_);
  return seen_.terms.term(index);
}

expected<std::vector<raft::entry_ptr>> memory_log::read(raft::index_t from, raft::index_t last,
                                                        std::size_t max_bytes) const {
  std::lock_guard lock(guard_);
  std::vector<raft::entry_ptr> result;
  if (from < seen_.terms.first()) return result;
  std::size_t bytes = 0;
  for (auto i = from; i <= std::min(last, seen_.terms.last()); ++i) {
    auto& one = seen_.entries[i - seen_.terms.first()];
    bytes += one->weight();
    if (!result.empty() && bytes > max_bytes) break;
    result.push_back(one);
  }
  return result;
}

disk_space memory_log::space() {
  std::lock_guard lock(guard_);
  disk_space result;
  result.free_bytes = UINT64_MAX;
  result.log_bytes = seen_.bytes;
  return result;
}

void memory_log::crash(std::size_t surviving) {
  std::lock_guard lock(guard_);
  for (std::size_t i = 0; i < std::min(surviving, unsynced_.size()); ++i) durable_.apply(unsynced_[i]);
  unsynced_.clear();
  seen_ = durable_;
  opened_.fresh = false;
  opened_.state = seen_.state;
  opened_.first_index = seen_.terms.first();
  opened_.last_index = seen_.terms.last();
  opened_.before_first_term = seen_.terms.before().term;
  opened_.configurations.clear();
  for (auto& one : seen_.entries) {
    if (one->kind != raft::entry_kind::configuration) continue;
    if (auto members = raft::decode_configuration(one->data))
      opened_.configurations.push_back({one->index, std::move(*members)});
  }
}

raft::index_t memory_log::durable_last_index() const {
  std::lock_guard lock(guard_);
  return durable_.terms.last();
}

std::shared_ptr<memory_log> memory_log::durable_copy() const {
  auto out = std::make_shared<memory_log>(opened_.storage_id);
  {
    std::lock_guard lock(guard_);
    out->durable_ = durable_;
  }
  out->crash();
  return out;
}

} // namespace praetor::storage
