#pragma once

#include "actors/ports.hpp"
#include "actors/published_state.hpp"
#include "actors/raft/raft_status.hpp"
#include "actors/raft/restoration.hpp"
#include "actors/raft/state_machine.hpp"
#include "protocol/actors.hpp"
#include "storage/snapshot/snapshot_store.hpp"

#include <memory>
#include <random>
#include <string>
#include <vector>

namespace praetor {

/// When to take a snapshot, and how much of the log to keep for slow followers.
struct snapshot_policy {
  std::uint64_t threshold = 16384;      ///< entries applied since the last snapshot
  nanoseconds interval{30'000'000'000}; ///< checked every one to two of these
  std::uint64_t trailing_logs = 10240;
};

/// The result for a snapshot chunk.
struct chunk_outcome {
  enum class kind_t : std::uint8_t {
    read,      ///< `data` answers `request`
    missing,   ///< the snapshot of `request` is no longer readable
    stored,    ///< `size` bytes of the snapshot `meta` are stored
    installed, ///< the snapshot `meta` is durable and its state is in force
    failed,    ///< the snapshot `meta` could not be stored
  };
  kind_t kind = kind_t::failed;
  raft::chunk_request request;
  std::string data;
  bool done = false; ///< the snapshot ends with `data`
  raft::snapshot_meta meta;
  std::uint64_t size = 0;
};

struct snapshotter_state {
  static constexpr const char* name = "snapshotter";
  snapshotter_state() = default;

  /// The received part of the leader's snapshot.
  struct incoming_snapshot {
    raft::snapshot_meta meta;
    std::unique_ptr<storage::snapshot_sink> sink;
    std::string bytes;
  };

  snapshotter_actor::pointer self = nullptr;
  ports_ptr outside;
  published_state_ptr view;
  snapshot_policy policy;
  raft_peer_actor peer;
  state_machine_actor machine;
  restoration restore;
  std::mt19937_64 random;
  std::uint64_t applied = 0, last = 0; ///< the applied index; the index of the newest snapshot
  /// The state to write once the peer has reported the members; null: none.
  state::store_ptr chosen;
  std::vector<archive_callback> exports;             ///< callers that wait for an archive
  std::unique_ptr<storage::snapshot_source> sending; ///< the snapshot that followers were sent chunks of last
  incoming_snapshot incoming;

  void schedule();
  /// Asks the peer for its status, including the members.
  void ask_status();
  /// Chooses the current state; `take` continues with the peer's answer.
  void begin_snapshot();
  /// Writes a snapshot of the chosen state. Excludes a configuration that was committed after that state.
  void take(const raft_status& status);
  void read_piece(const raft::chunk_request& request);
  void keep_piece(raft::chunk_received& piece);
  void installed(const installed_state& snapshot);
  void hand_out_archives(const raft_status& status);

private:
  expected<storage::snapshot_meta> write(const state::store& store, const raft::snapshot_meta& meta);
  expected<std::shared_ptr<installed_state>> finish_incoming();
  void tell(chunk_outcome outcome);
};

/// @param last the index of the newest snapshot on disk
snapshotter_actor::behavior_type snapshotter(snapshotter_actor::stateful_pointer<snapshotter_state> self,
                                             ports_ptr outside, published_state_ptr view, snapshot_policy policy,
                                             std::uint64_t last);

} // namespace praetor
