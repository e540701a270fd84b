#include "storage/snapshot/memory_snapshot_store.hpp"

#include <algorithm>
#include <utility>

namespace praetor::storage {

namespace {

class memory_source final : public snapshot_source {
public:
  memory_source(snapshot_meta meta, std::shared_ptr<const std::string> state)
      : meta_(std::move(meta)), state_(std::move(state)) {}
  const snapshot_meta& meta() const override { return meta_; }
  expected<std::string> read_at(std::uint64_t offset, std::size_t max) override {
    if (offset >= state_->size()) return std::string{};
    return state_->substr(static_cast<std::size_t>(offset), max);
  }

private:
  snapshot_meta meta_;
  std::shared_ptr<const std::string> state_;
};

} // namespace

class memory_sink final : public snapshot_sink {
public:
  memory_sink(std::shared_ptr<memory_snapshot_store::contents> contents, snapshot_meta meta, std::size_t keep)
      : contents_(std::move(contents)), meta_(std::move(meta)), keep_(keep) {}
  const std::string& id() const override { return meta_.id; }
  expected<void> write(std::string_view bytes) override {
    state_ += bytes;
    return {};
  }
  expected<snapshot_meta> commit() override {
    meta_.size = static_cast<std::int64_t>(state_.size());
    std::lock_guard lock(contents_->guard);
    contents_->snapshots[meta_.id] = {meta_, std::make_shared<const std::string>(std::move(state_)), false};
    memory_snapshot_store::reap(*contents_, keep_);
    return meta_;
  }

private:
  std::shared_ptr<memory_snapshot_store::contents> contents_;
  snapshot_meta meta_;
  std::size_t keep_;
  std::string state_;
};

memory_snapshot_store::memory_snapshot_store(std::size_t keep) : keep_(keep) {}

expected<std::unique_ptr<snapshot_sink>> memory_snapshot_store::create(snapshot_request request,
                                                                       std::chrono::milliseconds now) {
  std::lock_guard lock(contents_->guard);
  auto meta = meta_of(request, now, [&](const std::string& id) { return contents_->snapshots.contains(id); });
  if (!meta) return tl::unexpected(meta.error());
  return std::make_unique<memory_sink>(contents_, std::move(*meta), keep_);
}

std::vector<snapshot_meta> memory_snapshot_store::list_of(const contents& from) {
  std::vector<snapshot_meta> result;
  for (auto& [id, one] : from.snapshots) result.push_back(one.meta);
  sort_newest_first(result);
  return result;
}

expected<std::vector<snapshot_meta>> memory_snapshot_store::list() {
  std::lock_guard lock(contents_->guard);
  return list_of(*contents_);
}

expected<std::unique_ptr<snapshot_source>> memory_snapshot_store::open(const std::string& id) {
  std::lock_guard lock(contents_->guard);
  auto found = contents_->snapshots.find(id);
  if (found == contents_->snapshots.end()) return fail("there is no Raft snapshot " + id, 404);
  if (found->second.damaged) return fail("snapshot " + id + " has a wrong checksum");
  return std::make_unique<memory_source>(found->second.meta, found->second.state);
}

void memory_snapshot_store::reap(contents& from, std::size_t keep) {
  auto list = list_of(from);
  std::stable_partition(list.begin(), list.end(),
                        [&](const snapshot_meta& one) { return !from.snapshots[one.id].damaged; });
  for (std::size_t i = keep; i < list.size(); ++i) from.snapshots.erase(list[i].id);
}

expected<void> memory_snapshot_store::reap(std::size_t keep) {
  std::lock_guard lock(contents_->guard);
  reap(*contents_, keep);
  return {};
}

void memory_snapshot_store::damage(const std::string& id) {
  std::lock_guard lock(contents_->guard);
  if (auto found = contents_->snapshots.find(id); found != contents_->snapshots.end()) found->second.damaged = true;
}

std::shared_ptr<memory_snapshot_store> memory_snapshot_store::copy() const {
  auto out = std::make_shared<memory_snapshot_store>(keep_);
  std::lock_guard lock(contents_->guard);
  out->contents_->snapshots = contents_->snapshots;
  return out;
}

} // namespace praetor::storage
