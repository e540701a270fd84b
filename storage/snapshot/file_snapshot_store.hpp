#pragma once

#include "storage/snapshot/snapshot_store.hpp"

#include <filesystem>
#include <memory>

namespace praetor::storage {

/// Snapshots in `<directory>/<term>-<index>-<ms>/{meta.json,state.bin}`, in a layout that can also read Consul's
/// directories (hashicorp/raft: file_snapshot.go). A new one is written to a temporary directory, synced, and renamed:
/// it exists completely or not at all. meta.json has a CRC-64 of the state, as Consul's does, and a SHA-256 over
/// metadata and state.
class file_snapshot_store final : public snapshot_store {
public:
  /// Creates the directory (usually `<data_dir>/raft/snapshots`) and removes unfinished snapshots of crashes.
  static expected<std::unique_ptr<file_snapshot_store>> open_directory(const std::filesystem::path& directory,
                                                                       std::size_t keep = snapshots_kept);

  expected<std::unique_ptr<snapshot_sink>> create(snapshot_request request, std::chrono::milliseconds now) override;
  expected<std::vector<snapshot_meta>> list() override;
  expected<std::unique_ptr<snapshot_source>> open(const std::string& id) override;
  expected<void> reap(std::size_t keep) override;

private:
  class contents;
  class sink;
  explicit file_snapshot_store(std::shared_ptr<contents> contents);
  std::shared_ptr<contents> contents_;
};

} // namespace praetor::storage
