#pragma once

#include "actors/ports.hpp"
#include "actors/published_state.hpp"
#include "actors/raft/apply_batch.hpp"
#include "protocol/actors.hpp"

#include <functional>
#include <map>

namespace praetor {

/// A snapshot of another server that is durable here.
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
  std::uint64_t unreadable = 0;                                ///< entries that were passed over
  std::multimap<std::uint64_t, std::function<void()>> waiting; ///< for an index to be applied

  /// Applies a batch in one transaction, publishes the outcome and answers the callers.
  void execute(apply_batch& batch);
  /// Says that an entry changed nothing because it can't be applied.
  void report_unreadable(std::uint64_t index, const std::string& why);
  /// A new history begins: who waits on the old one wakes.
  void install(const installed_state& snapshot);
  void wake_waiting(std::uint64_t applied);
};

/// @param snapshots hears of each batch; may be null
state_machine_actor::behavior_type state_machine(state_machine_actor::stateful_pointer<state_machine_state> self,
                                                 ports_ptr outside, published_state_ptr view,
                                                 snapshotter_actor snapshots);

} // namespace praetor
