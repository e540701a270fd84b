#include "sim/disk.hpp"

#include <algorithm>

namespace praetor::sim {

namespace {

using power = std::shared_ptr<const bool>;
using shared = std::shared_ptr<disk::shared_state>;

/// The space on a full disk until writes fail: the log's preallocated reserve.
constexpr std::size_t reserve = 1 << 20;
/// The polling interval of a stuck sync.
constexpr duration stuck_look = std::chrono::milliseconds(20);
/// Newer entries do not count as old data.
constexpr raft::index_t young_entries = 4;

/// The sync durations of one store.
class sync_times {
public:
  sync_times(sim::world& world, power on, disk_behaviour behaviour, shared state, std::uint64_t seed)
      : world_(world), on_(std::move(on)), behaviour_(behaviour), state_(std::move(state)), random_(seed) {}

  /// See log_store::sync_delay.
  duration left() {
    if (!due_) {
      auto least = behaviour_.fastest_sync.count(), most = std::max(behaviour_.slowest_sync.count(), least + 1);
      auto took = least + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(most - least));
      if (behaviour_.stall_every > 0 && random_() % behaviour_.stall_every == 0) took *= 100;
      due_ = world_.now() + duration{took} + state_->trouble.slower;
    }
    if (*on_ && state_->trouble.stuck) return stuck_look;
    if (*due_ > world_.now()) return *due_ - world_.now();
    due_.reset();
    return duration{0};
  }

private:
  sim::world& world_;
  power on_;
  disk_behaviour behaviour_;
  shared state_;
  std::mt19937_64 random_;
  std::optional<duration> due_; ///< when the pending sync ends
};

class plugged_log final : public storage::log_store {
public:
  plugged_log(sim::world& world, std::shared_ptr<storage::memory_log> to, power on, disk_behaviour behaviour,
              shared state, std::uint64_t seed)
      : to_(std::move(to)), on_(on), behaviour_(behaviour), state_(state),
        times_(world, std::move(on), behaviour, std::move(state), seed) {}

  const storage::log_contents& opened() const override { return to_->opened(); }
  expected<void> write(const storage::log_batch& batch) override {
    if (!*on_) return {};
    if (state_->trouble.full) {
      std::size_t bytes = 0;
      for (const auto& e : batch.entries) bytes += e->weight();
      if (bytes > state_->reserve) return failed("no space left on device");
      state_->reserve -= bytes;
    } else {
      state_->reserve = reserve;
    }
    if (batch.truncate_from)
      state_->damaged.erase(state_->damaged.lower_bound(*batch.truncate_from), state_->damaged.end());
    if (batch.reset) state_->damaged.clear();
    return to_->write(batch);
  }
  expected<void> sync() override {
    if (!*on_ || behaviour_.lies_about_sync) return {};
    auto done = to_->sync();
    if (auto told = state_->synced) told(); // it may remove itself
    return done;
  }
  expected<void> compact(raft::index_t through) override {
    if (!*on_) return {};
    state_->damaged.erase(state_->damaged.begin(), state_->damaged.upper_bound(through));
    return to_->compact(through);
  }
  raft::index_t first_index() const override { return to_->first_index(); }
  raft::index_t last_index() const override { return to_->last_index(); }
  std::optional<raft::term_t> term(raft::index_t index) const override { return to_->term(index); }
  expected<std::vector<raft::entry_ptr>> read(raft::index_t from, raft::index_t last,
                                              std::size_t max_bytes) const override {
    auto hit = state_->damaged.lower_bound(from);
    if (hit != state_->damaged.end() && *hit <= last)
      return failed("entry " + std::to_string(*hit) + " has a wrong checksum");
    if (state_->trouble.read_errors && from + young_entries < to_->last_index()) return failed("input/output error");
    return to_->read(from, last, max_bytes);
  }
  bool space_left() override { return !state_->trouble.full; }
  storage::disk_space space() override {
    auto out = to_->space();
    if (!state_->trouble.full) return out;
    out.free_bytes = 0;
    out.reserve_bytes = state_->reserve;
    out.low = true;
    return out;
  }

  std::chrono::nanoseconds sync_delay() override { return times_.left(); }

private:
  tl::unexpected<error> failed(const std::string& why) const {
    state_->failed = true;
    return fail(why);
  }

  std::shared_ptr<storage::memory_log> to_;
  power on_;
  disk_behaviour behaviour_;
  shared state_;
  sync_times times_;
};

/// Commits only while powered.
class plugged_sink final : public storage::snapshot_sink {
public:
  plugged_sink(std::unique_ptr<storage::snapshot_sink> to, power on, shared state)
      : to_(std::move(to)), on_(std::move(on)), state_(std::move(state)) {}
  const std::string& id() const override { return to_->id(); }
  expected<void> write(std::string_view bytes) override {
    if (!state_->trouble.full) return to_->write(bytes);
    state_->failed = true;
    return fail("no space left on device");
  }
  expected<storage::snapshot_meta> commit() override {
    if (!*on_) return fail("the disk is gone");
    return to_->commit();
  }

private:
  std::unique_ptr<storage::snapshot_sink> to_;
  power on_;
  shared state_;
};

class plugged_snapshots final : public storage::snapshot_store {
public:
  plugged_snapshots(std::shared_ptr<storage::memory_snapshot_store> to, power on, shared state)
      : to_(std::move(to)), on_(std::move(on)), state_(std::move(state)) {}
  expected<std::unique_ptr<storage::snapshot_sink>> create(storage::snapshot_request request,
                                                           std::chrono::milliseconds now) override {
    auto sink = to_->create(std::move(request), now);
    if (!sink) return sink;
    return std::make_unique<plugged_sink>(std::move(*sink), on_, state_);
  }
  expected<std::vector<storage::snapshot_meta>> list() override { return to_->list(); }
  expected<std::unique_ptr<storage::snapshot_source>> open(const std::string& id) override {
    if (!state_->trouble.read_errors) return to_->open(id);
    state_->failed = true;
    return fail("snapshot " + id + ": input/output error");
  }
  expected<void> reap(std::size_t keep) override { return *on_ ? to_->reap(keep) : expected<void>{}; }

private:
  std::shared_ptr<storage::memory_snapshot_store> to_;
  power on_;
  shared state_;
};

class plugged_agent_store final : public storage::agent_store {
public:
  plugged_agent_store(sim::world& world, std::shared_ptr<storage::memory_agent_store> to, power on,
                      disk_behaviour behaviour, shared state, std::uint64_t seed)
      : to_(std::move(to)), on_(on), lies_(behaviour.lies_about_sync), state_(state),
        times_(world, std::move(on), behaviour, std::move(state), seed) {}
  expected<void> write(storage::agent_batch batch) override {
    if (!*on_) return {};
    if (!state_->trouble.full) return to_->write(std::move(batch));
    state_->failed = true;
    return fail("no space left on device");
  }
  expected<void> sync() override { return *on_ && !lies_ ? to_->sync() : expected<void>{}; }
  std::chrono::nanoseconds sync_delay() override { return times_.left(); }
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
  shared state_;
  sync_times times_;
};

} // namespace

disk::disk(sim::world& world, std::string storage_id, disk_behaviour behaviour)
    : world_(world), behaviour_(behaviour), random_(world.random()()),
      log_(std::make_shared<storage::memory_log>(std::move(storage_id))),
      snapshots_(std::make_shared<storage::memory_snapshot_store>()),
      agent_(std::make_shared<storage::memory_agent_store>()) {}

expected<disk::stores> disk::plug_in() {
  shared_->reserve = reserve;
  shared_->failed = false;
  shared_->synced = nullptr;
  auto hit = shared_->damaged.lower_bound(log_->first_index());
  if (hit != shared_->damaged.end() && *hit <= log_->last_index()) {
    shared_->failed = true;
    return fail("the Raft log is damaged: entry " + std::to_string(*hit) + " has a wrong checksum");
  }
  if (shared_->trouble.read_errors && log_->last_index() > 0) {
    shared_->failed = true;
    return fail("the Raft log can't be read: input/output error");
  }
  power_ = std::make_shared<bool>(true);
  return stores{std::make_shared<plugged_log>(world_, log_, power_, behaviour_, shared_, random_()),
                std::make_shared<plugged_snapshots>(snapshots_, power_, shared_),
                std::make_shared<plugged_agent_store>(world_, agent_, power_, behaviour_, shared_, random_())};
}

void disk::cut() {
  if (power_) *power_ = false;
  log_->crash(random_() % (log_->unsynced_batches() + 1));
  agent_->crash();
}

std::string disk::damage() {
  auto list = snapshots_->list();
  bool has_old = log_->last_index() >= log_->first_index() + young_entries;
  if (list && !list->empty() && (!has_old || random_() % 2 == 0)) {
    auto id = (*list)[random_() % list->size()].id;
    snapshots_->damage(id);
    shared_->damaged_snapshot = true;
    return "snapshot " + id;
  }
  if (!has_old) return {};
  auto index = log_->first_index() + random_() % (log_->last_index() - log_->first_index() - young_entries + 1);
  shared_->damaged.insert(index);
  return "entry " + std::to_string(index);
}

disk::image disk::durable() const { return {log_->durable_copy(), snapshots_->copy(), agent_->durable_copy()}; }

void disk::put_back(const image& old) {
  PRAETOR_ASSERT(!power_ || !*power_);
  log_ = old.log->durable_copy();
  snapshots_ = old.snapshots->copy();
  agent_ = old.agent->durable_copy();
  shared_->damaged.clear();
  shared_->damaged_snapshot = false;
}

} // namespace praetor::sim
