#pragma once

#include "actors/agent_view.hpp"
#include "actors/ports.hpp"
#include "actors/raft_status.hpp"
#include "protocol/actors.hpp"

#include <random>

namespace praetor {

/// When a snapshot is taken, and how much of the log stays behind it for followers that lag.
struct snapshot_policy {
  std::uint64_t threshold = 16384;      ///< entries applied since the last snapshot
  nanoseconds interval{30'000'000'000}; ///< looked at every one to two of these
  std::uint64_t trailing_logs = 10240;
};

struct snapshotter_state {
  static constexpr const char* name = "snapshotter";
  snapshotter_state() = default;

  snapshotter_actor::pointer self = nullptr;
  ports_ptr outside;
  agent_view_ptr view;
  snapshot_policy policy;
  raft_peer_actor peer;
  std::mt19937_64 random;
  std::uint64_t applied = 0, last = 0; ///< index applied; index of the newest snapshot

  void schedule();
  /// Writes a snapshot of what is applied now, with the members that the peer reports.
  void take(const raft_status& status);
};

/// @param last index of the newest snapshot on disk
snapshotter_actor::behavior_type snapshotter(snapshotter_actor::stateful_pointer<snapshotter_state> self,
                                             ports_ptr outside, agent_view_ptr view, snapshot_policy policy,
                                             std::uint64_t last);

} // namespace praetor
