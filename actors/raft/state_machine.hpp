#pragma once

#include "actors/ports.hpp"
#include "actors/published_state.hpp"
#include "actors/raft/apply_batch.hpp"
#include "protocol/actors.hpp"

#include <functional>
#include <map>

namespace praetor {

/// A snapshot of another server, durable on this one.
struct installed_state {
  raft::snapshot_meta meta;
  struct state::tables tables;
};

struct state_machine_state {
  static constexpr const char* name = "state_machine";
  state_machine_state() = default;

  ports_ptr outside;
  published_state_ptr view;
  snapshotter_actor snapshots;
  std::uint64_t unreadable = 0;                                ///< skipped entries
  std::multimap<std::uint64_t, std::function<void()>> waiting; ///< callers that wait for an index to be applied

  /// Applies a batch in one transaction, publishes the new state and completes the callers.
  void execute(apply_batch& batch);
  /// Logs that an entry can't be applied and changed nothing.
  void report_unreadable(std::uint64_t index, const std::string& why);
  /// Starts a new history: wakes all waiters on the old one.
  void install(const installed_state& snapshot);
  void wake_waiting(std::uint64_t applied);
};

/// @param snapshots notified of each batch; may be null
state_machine_actor::behavior_type state_machine(state_machine_actor::stateful_pointer<state_machine_state> self,
                                                 ports_ptr outside, published_state_ptr view,
                                                 snapshotter_actor snapshots);

} // namespace praetor
