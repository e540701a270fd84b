#include "actors/raft/state_machine.hpp"

#include "actors/raft/proposal.hpp"
#include "protocol/mutation.hpp"
#include "storage/state/transaction.hpp"

#include <bit>

namespace praetor {

void state_machine_state::execute(apply_batch& batch) {
  std::vector<state::apply_result> results(batch.entries.size());
  auto t = view->state.begin();
  // Applying most changes twice has no visible effect, so a double apply would go unnoticed.
  PRAETOR_ASSERT(batch.entries.front()->index > t.base()->log_index());
  for (std::size_t i = 0; i < batch.entries.size(); ++i) {
    const auto& entry = *batch.entries[i];
    if (entry.kind == raft::entry_kind::command && !entry.data.empty()) {
      auto type = static_cast<command_type>(static_cast<std::uint8_t>(entry.data[0]));
      results[i] =
          state::apply(t, entry.index, nanoseconds{entry.time_ns}, type, std::string_view(entry.data).substr(1));
      if (results[i].unreadable) report_unreadable(entry.index, results[i].error);
    }
    state::pass(t, entry.index);
  }
  view->state.publish(std::move(t));
  for (std::size_t i = 0; i < results.size(); ++i)
    if (auto& waiting = batch.waiting[i]; waiting && waiting->done) waiting->done(results[i]);
  wake_waiting(batch.entries.back()->index);
}

/// The server continues: an entry that ends the process would end it again at every start. All servers of this release
/// skip the same entries.
void state_machine_state::report_unreadable(std::uint64_t index, const std::string& why) {
  if (mutated(mutation::unreadable_entry_ends_server)) return outside->fatal(why);
  // Logs the first ones, then at exponentially growing intervals.
  if (!std::has_single_bit(++unreadable)) return;
  outside->log_lines->write(log_level::error, "agent.server.fsm",
                            "passed over an entry of the Raft log that is no valid command of this release; if a newer "
                            "release has written it, upgrade this server and let it start with an empty data_dir",
                            {{"index", index}, {"error", why}, {"count", unreadable}});
}

void state_machine_state::install(const installed_state& snapshot) {
  view->state.replace(snapshot.tables);
  wake_waiting(snapshot.meta.index);
}

void state_machine_state::wake_waiting(std::uint64_t applied) {
  while (!waiting.empty() && waiting.begin()->first <= applied) {
    auto call = std::move(waiting.begin()->second);
    waiting.erase(waiting.begin());
    call();
  }
}

state_machine_actor::behavior_type state_machine(state_machine_actor::stateful_pointer<state_machine_state> self,
                                                 ports_ptr outside, published_state_ptr view,
                                                 snapshotter_actor snapshots) {
  self->state.outside = std::move(outside);
  self->state.view = std::move(view);
  self->state.snapshots = std::move(snapshots);
  return {
      [self](execute_atom, local<std::shared_ptr<apply_batch>>& batch) {
        auto& s = self->state;
        s.execute(*batch.value);
        auto last = batch.value->entries.back()->index;
        if (auto peer = caf::actor_cast<raft_peer_actor>(self->current_sender()))
          self->send(peer, messages::entries_applied{last});
        if (s.snapshots) self->send(s.snapshots, messages::entries_applied{last});
      },
      [self](messages::await_applied& m) {
        auto& s = self->state;
        if (s.view->state.load()->log_index() >= m.index) return m.call();
        s.waiting.emplace(m.index, std::move(m.call));
      },
      [self](snapshot_atom, local<std::shared_ptr<installed_state>>& snapshot) {
        self->state.install(*snapshot.value);
        if (auto owner = caf::actor_cast<snapshotter_actor>(self->current_sender()))
          self->send(owner, snapshot_atom_v, snapshot);
      },
  };
}

} // namespace praetor
