#include "sim/disk.hpp"

namespace praetor::sim {

namespace {

using power = std::shared_ptr<const bool>;

class plugged_log final : public storage::log_store {
public:
  plugged_log(std::shared_ptr<storage::memory_log> to, power on, disk_behaviour behaviour, std::uint64_t seed)
      : to_(std::move(to)), on_(std::move(on)), behaviour_(behaviour), random_(seed) {}

  const storage::log_contents& opened() const override { return to_->opened(); }
  expected<void> write(const storage::log_batch& batch) override { return *on_ ? to_->write(batch) : expected<void>{}; }
  expected<void> sync() override { return *on_ && !behaviour_.lies_about_sync ? to_->sync() : expected<void>{}; }
  expected<void> compact(raft::index_t through) override { return *on_ ? to_->compact(through) : expected<void>{}; }
  raft::index_t first_index() const override { return to_->first_index(); }
  raft::index_t last_index() const override { return to_->last_index(); }
  std::optional<raft::term_t> term(raft::index_t index) const override { return to_->term(index); }
  expected<std::vector<raft::entry_ptr>> read(raft::index_t from, raft::index_t last,
                                              std::size_t max_bytes) const override {
    return to_->read(from, last, max_bytes);
  }
  bool space_left() override { return to_->space_left(); }
  storage::disk_space space() override { return to_->space(); }

  std::chrono::nanoseconds sync_delay() override {
    auto least = behaviour_.fastest_sync.count(), most = std::max(behaviour_.slowest_sync.count(), least + 1);
    auto took = least + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(most - least));
    if (behaviour_.stall_every > 0 && random_() % behaviour_.stall_every == 0) took *= 100;
    return std::chrono::nanoseconds{took};
  }

private:
  std::shared_ptr<storage::memory_log> to_;
  power on_;
  disk_behaviour behaviour_;
  std::mt19937_64 random_;
};

/// Commits only while there is power.
class plugged_sink final : public storage::snapshot_sink {
public:
  plugged_sink(std::unique_ptr<storage::snapshot_sink> to, power on) : to_(std::move(to)), on_(std::move(on)) {}
  const std::string& id() const override { return to_->id(); }
  expected<void> write(std::string_view bytes) override { return to_->write(bytes); }
  expected<storage::snapshot_meta> commit() override {
    if (!*on_) return fail("the disk is gone");
    return to_->commit();
  }

private:
  std::unique_ptr<storage::snapshot_sink> to_;
  power on_;
};

class plugged_snapshots final : public storage::snapshot_store {
public:
  plugged_snapshots(std::shared_ptr<storage::memory_snapshot_store> to, power on)
      : to_(std::move(to)), on_(std::move(on)) {}
  expected<std::unique_ptr<storage::snapshot_sink>> create(storage::snapshot_request request,
                                                           std::chrono::milliseconds now) override {
    auto sink = to_->create(std::move(request), now);
    if (!sink) return sink;
    return std::make_unique<plugged_sink>(std::move(*sink), on_);
  }
  expected<std::vector<storage::snapshot_meta>> list() override { return to_->list(); }
  expected<std::unique_ptr<storage::snapshot_source>> open(const std::string& id) override { return to_->open(id); }
  expected<void> reap(std::size_t keep) override { return *on_ ? to_->reap(keep) : expected<void>{}; }

private:
  std::shared_ptr<storage::memory_snapshot_store> to_;
  power on_;
};

class plugged_agent_store final : public storage::agent_store {
public:
  plugged_agent_store(std::shared_ptr<storage::memory_agent_store> to, power on, bool lies)
      : to_(std::move(to)), on_(std::move(on)), lies_(lies) {}
  expected<void> write(storage::agent_batch batch) override {
    return *on_ ? to_->write(std::move(batch)) : expected<void>{};
  }
  expected<void> sync() override { return *on_ && !lies_ ? to_->sync() : expected<void>{}; }
  expected<std::vector<storage::agent_record>> load(storage::agent_table table) const override {
    return to_->load(table);
  }
  expected<std::optional<std::string>> get(storage::agent_table table, std::string_view key) const override {
    return to_->get(table, key);
  }

private:
  std::shared_ptr<storage::memory_agent_store> to_;
  power on_;
  bool lies_;
};

} // namespace

disk::disk(std::string storage_id, disk_behaviour behaviour, std::uint64_t seed)
    : behaviour_(behaviour), random_(seed), log_(std::make_shared<storage::memory_log>(std::move(storage_id))),
      snapshots_(std::make_shared<storage::memory_snapshot_store>()),
      agent_(std::make_shared<storage::memory_agent_store>()) {}

disk::stores disk::plug_in() {
  power_ = std::make_shared<bool>(true);
  return {std::make_shared<plugged_log>(log_, power_, behaviour_, random_()),
          std::make_shared<plugged_snapshots>(snapshots_, power_),
          std::make_shared<plugged_agent_store>(agent_, power_, behaviour_.lies_about_sync)};
}

void disk::cut() {
  if (power_) *power_ = false;
  log_->crash(random_() % (log_->unsynced_batches() + 1));
  agent_->crash();
}

} // namespace praetor::sim
