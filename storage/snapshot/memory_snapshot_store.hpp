#pragma once

#include "storage/snapshot/snapshot_store.hpp"

#include <map>
#include <memory>
#include <mutex>

namespace praetor::storage {

/// Snapshots that live as long as the process: for -dev and for the simulator.
class memory_snapshot_store final : public snapshot_store {
public:
  explicit memory_snapshot_store(std::size_t keep = snapshots_kept);

  expected<std::unique_ptr<snapshot_sink>> create(snapshot_request request, std::chrono::milliseconds now) override;
  expected<std::vector<snapshot_meta>> list() override;
  expected<std::unique_ptr<snapshot_source>> open(const std::string& id) override;
  expected<void> reap(std::size_t keep) override;

  /// Simulates bit rot: the snapshot no longer opens.
  void damage(const std::string& id);
  /// Another store with the current snapshots of this one.
  std::shared_ptr<memory_snapshot_store> copy() const;

private:
  friend class memory_sink;
  struct kept_snapshot {
    snapshot_meta meta;
    std::shared_ptr<const std::string> state;
    bool damaged = false;
  };
  struct contents {
    std::mutex guard;
    std::map<std::string, kept_snapshot> snapshots; ///< by id
  };
  static std::vector<snapshot_meta> list_of(const contents& from);
  static void reap(contents& from, std::size_t keep);

  std::size_t keep_;
  std::shared_ptr<contents> contents_ = std::make_shared<contents>();
};

} // namespace praetor::storage
