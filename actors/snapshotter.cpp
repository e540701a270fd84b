#include "actors/snapshotter.hpp"

#include "storage/raft_log/log_store.hpp"
#include "storage/snapshot/snapshot_store.hpp"
#include "storage/state/records.hpp"

namespace praetor {

void snapshotter_state::schedule() {
  auto base = policy.interval.count();
  auto wait = base + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(std::max<std::int64_t>(base, 1)));
  self->delayed_send(self, nanoseconds{wait}, wake_atom_v);
}

void snapshotter_state::take(const raft_status& status) {
  auto store = view->state.load();
  auto index = store->last_index();
  auto term = outside->log->term(index);
  // A membership change that the state does not contain yet must not get into its snapshot: the next look takes it.
  if (!term || status.members.index > index || index <= last) return;
  auto meta = std::make_shared<raft::snapshot_meta>();
  meta->index = index;
  meta->term = *term;
  meta->members = status.members;
  if (auto entries = outside->log->entries(index, index, 1); !entries.empty()) meta->time_ns = entries[0]->time_ns;
  storage::snapshot_request request;
  request.index = index;
  request.term = *term;
  request.time_ns = meta->time_ns;
  request.configuration = storage::from_raft(*meta).configuration;
  request.configuration_index = status.members.index;
  auto now = std::chrono::duration_cast<std::chrono::milliseconds>(outside->wall_clock());
  auto sink = outside->snapshots->create(request, now);
  auto failed = [this](const std::string& why) {
    outside->log_lines->write(log_level::error, "agent.server.snapshot", "failed to take snapshot", {{"error", why}});
  };
  if (!sink) return failed(sink.error().text);
  expected<void> outcome;
  state::write_state(*store, state::record_scope::internal, [&](std::string_view bytes) {
    outcome = (*sink)->write(bytes);
    return outcome.has_value();
  });
  if (!outcome) return failed(outcome.error().text);
  auto done = (*sink)->commit();
  if (!done) return failed(done.error().text);
  last = index;
  outside->log_lines->write(log_level::info, "agent.server.snapshot", "snapshot complete up to index",
                            {{"index", index}});

  meta->id = done->id;
  meta->size = static_cast<std::uint64_t>(done->size);
  // The log reaches back to the older of the two snapshots kept, in case the newer one turns out to be damaged.
  std::uint64_t through = 0;
  if (auto kept = outside->snapshots->list(); kept && kept->size() >= storage::snapshots_kept)
    through = kept->back().index;
  through = std::min(through, index > policy.trailing_logs ? index - policy.trailing_logs : 0);
  self->send(peer, snapshot_atom_v, local<std::shared_ptr<const raft::snapshot_meta>>{std::move(meta)}, through);
}

snapshotter_actor::behavior_type snapshotter(snapshotter_actor::stateful_pointer<snapshotter_state> self,
                                             ports_ptr outside, agent_view_ptr view, snapshot_policy policy,
                                             std::uint64_t last) {
  auto& s = self->state;
  s.self = self;
  s.outside = std::move(outside);
  s.view = std::move(view);
  s.policy = policy;
  s.last = last;
  s.random.seed(s.outside->seed());
  s.schedule();
  return {
      [self](leader_atom, raft_peer_actor& peer) { self->state.peer = std::move(peer); },
      [self](applied_atom, std::uint64_t index, std::uint64_t) { self->state.applied = index; },
      [self](wake_atom) {
        auto& s = self->state;
        s.schedule();
        if (!s.peer || s.applied < s.last + s.policy.threshold) return;
        auto me = snapshotter_actor{self};
        self->send(s.peer, status_atom_v,
                   local<std::function<void(const raft_status&)>>{[me](const raft_status& status) {
                     caf::anon_send(me, status_atom_v,
                                    local<std::shared_ptr<raft_status>>{std::make_shared<raft_status>(status)});
                   }});
      },
      [self](status_atom, local<std::shared_ptr<raft_status>>& status) { self->state.take(*status.value); },
      [self](reload_atom, local<snapshot_policy>& policy) { self->state.policy = policy.value; },
  };
}

} // namespace praetor
