#include "actors/raft/snapshotter.hpp"

#include "actors/raft/cluster_snapshot.hpp"
#include "protocol/base/randomness.hpp"
#include "storage/raft_log/log_store.hpp"
#include "storage/snapshot/archive.hpp"
#include "storage/state/records.hpp"

namespace praetor {

namespace {

/// Bytes of a state written to a scratch file at once.
constexpr std::size_t write_piece = 256 << 10;

storage::snapshot_request request_of(const raft::snapshot_meta& meta) {
  storage::snapshot_request request;
  request.id = meta.id;
  request.index = meta.index;
  request.term = meta.term;
  request.time_ns = meta.time_ns;
  request.configuration = storage::from_raft(meta).configuration;
  request.configuration_index = meta.members.index;
  return request;
}

} // namespace

void snapshotter_state::schedule() {
  self->delayed_send(self, policy.interval + jitter(random, policy.interval), wake_atom_v);
}

void snapshotter_state::ask_status() {
  auto me = snapshotter_actor{self};
  self->send(peer, status_atom_v, local<std::function<void(const raft_status&)>>{[me](const raft_status& status) {
               caf::anon_send(me, status_atom_v,
                              local<std::shared_ptr<raft_status>>{std::make_shared<raft_status>(status)});
             }});
}

void snapshotter_state::begin_snapshot() {
  if (!peer || chosen) return;
  chosen = view->state.load();
  ask_status();
}

expected<storage::snapshot_meta> snapshotter_state::write(const state::store& store, const raft::snapshot_meta& meta) {
  auto now = std::chrono::duration_cast<std::chrono::milliseconds>(outside->wall_clock());
  auto sink = outside->snapshots->create(request_of(meta), now);
  if (!sink) return tl::unexpected(sink.error());
  expected<void> outcome;
  state::write_state(store, state::record_scope::internal, [&](std::string_view bytes) {
    outcome = (*sink)->write(bytes);
    return outcome.has_value();
  });
  if (!outcome) return tl::unexpected(outcome.error());
  return (*sink)->commit();
}

void snapshotter_state::take(const raft_status& status) {
  auto store = std::exchange(chosen, nullptr);
  if (!store) return;
  auto index = store->log_index();
  auto term = outside->log->term(index);
  // The newest committed configuration belongs to the state unless it was committed after it; in that case the next
  // check takes the snapshot.
  if (!term || status.committed_members.index > index || index <= last) return;
  auto meta = std::make_shared<raft::snapshot_meta>();
  meta->index = index;
  meta->term = *term;
  meta->members = status.committed_members;
  if (auto entries = outside->log->entries(index, index, 1); !entries.empty()) meta->time_ns = entries[0]->time_ns;
  auto done = write(*store, *meta);
  if (!done) {
    outside->log_lines->write(log_level::error, "agent.server.snapshot", "failed to take snapshot",
                              {{"error", done.error().text}});
    return;
  }
  last = index;
  outside->log_lines->write(log_level::info, "agent.server.snapshot", "snapshot complete up to index",
                            {{"index", index}});

  meta->id = done->id;
  meta->size = static_cast<std::uint64_t>(done->size);
  // The log reaches back to the older of the two snapshots kept, in case the newer one is damaged.
  std::uint64_t through = 0;
  if (auto kept = outside->snapshots->list(); kept && kept->size() >= storage::snapshots_kept)
    through = kept->back().index;
  through = std::min(through, index > policy.trailing_logs ? index - policy.trailing_logs : 0);
  self->send(peer, messages::snapshot_written{std::move(meta), through});
}

void snapshotter_state::tell(chunk_outcome outcome) {
  self->send(peer, chunk_atom_v,
             local<std::shared_ptr<chunk_outcome>>{std::make_shared<chunk_outcome>(std::move(outcome))});
}

void snapshotter_state::read_piece(const raft::chunk_request& request) {
  chunk_outcome outcome;
  outcome.request = request;
  auto failed = [&](const std::string& why) {
    outside->log_lines->write(log_level::error, "agent.server.snapshot", "can't send a snapshot to a follower",
                              {{"snapshot", request.snapshot}, {"peer", request.peer.id}, {"error", why}});
    sending = nullptr;
    outcome.kind = chunk_outcome::kind_t::missing;
    tell(std::move(outcome));
    begin_snapshot(); // a new one replaces the unreadable one
  };
  if (!sending || sending->meta().id != request.snapshot) {
    auto opened = outside->snapshots->open(request.snapshot);
    if (!opened) return failed(opened.error().text);
    sending = std::move(*opened);
  }
  auto data = sending->read_at(request.offset, request.max_bytes);
  if (!data) return failed(data.error().text);
  outcome.kind = chunk_outcome::kind_t::read;
  outcome.data = std::move(*data);
  outcome.done = request.offset + outcome.data.size() == static_cast<std::uint64_t>(sending->meta().size);
  tell(std::move(outcome));
}

/// The snapshot is complete. Read it back before it is stored, so that an unreadable snapshot never becomes the newest
/// one on this disk.
expected<std::shared_ptr<installed_state>> snapshotter_state::finish_incoming() {
  auto tables = state::read_state(incoming.bytes);
  if (!tables) return tl::unexpected(tables.error());
  auto kept = incoming.sink->commit();
  if (!kept) return tl::unexpected(kept.error());
  auto out = std::make_shared<installed_state>();
  out->meta = incoming.meta;
  out->tables = std::move(*tables);
  out->tables.last_index = incoming.meta.index + out->tables.index_offset;
  return out;
}

void snapshotter_state::keep_piece(raft::chunk_received& piece) {
  chunk_outcome outcome;
  outcome.meta = piece.meta;
  auto failed = [&](const error& why) {
    outside->log_lines->write(log_level::error, "agent.server.snapshot", "failed to keep the leader's snapshot",
                              {{"snapshot", piece.meta.id}, {"error", why.text}});
    incoming = {};
    tell(std::move(outcome));
  };
  if (piece.offset == 0) {
    incoming = {};
    auto now = std::chrono::duration_cast<std::chrono::milliseconds>(outside->wall_clock());
    auto sink = outside->snapshots->create(request_of(piece.meta), now);
    if (!sink) return failed(sink.error());
    incoming.meta = piece.meta;
    incoming.sink = std::move(*sink);
  }
  if (!incoming.sink || incoming.meta.id != piece.meta.id || incoming.bytes.size() != piece.offset)
    return failed({"a piece in between is missing"});
  if (auto written = incoming.sink->write(piece.data); !written) return failed(written.error());
  incoming.bytes += piece.data;
  if (!piece.done) {
    outcome.kind = chunk_outcome::kind_t::stored;
    outcome.size = incoming.bytes.size();
    return tell(std::move(outcome));
  }
  auto whole = finish_incoming();
  if (!whole) return failed(whole.error());
  incoming = {};
  self->send(machine, snapshot_atom_v, local<std::shared_ptr<installed_state>>{std::move(*whole)});
}

void snapshotter_state::installed(const installed_state& snapshot) {
  last = std::max(last, snapshot.meta.index);
  applied = std::max(applied, snapshot.meta.index);
  outside->log_lines->write(log_level::info, "agent.server.snapshot", "the leader's snapshot was installed",
                            {{"snapshot", snapshot.meta.id}, {"index", snapshot.meta.index}});
  chunk_outcome outcome;
  outcome.kind = chunk_outcome::kind_t::installed;
  outcome.meta = snapshot.meta;
  tell(std::move(outcome));
}

void snapshotter_state::hand_out_archives(const raft_status& status) {
  if (exports.empty()) return;
  auto store = view->state.load();
  auto now = std::chrono::duration_cast<std::chrono::milliseconds>(outside->wall_clock());
  raft::snapshot_meta covered;
  covered.index = store->last_index();
  covered.term = status.term;
  covered.members = status.committed_members;
  covered.id = storage::snapshot_id(covered.term, covered.index, now);
  snapshot_export out{std::move(store), storage::from_raft(covered),
                      std::chrono::duration_cast<std::chrono::seconds>(now)};
  for (auto& done : std::exchange(exports, {})) done(&out, nullptr);
}

snapshotter_actor::behavior_type snapshotter(snapshotter_actor::stateful_pointer<snapshotter_state> self,
                                             ports_ptr outside, published_state_ptr view, snapshot_policy policy,
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
      [self](leader_atom, raft_peer_actor& peer, state_machine_actor& machine) {
        auto& s = self->state;
        s.peer = std::move(peer);
        s.machine = std::move(machine);
        s.restore = restoration(snapshotter_actor{self}, s.peer, s.outside);
      },
      [self](messages::entries_applied m) { self->state.applied = m.through; },
      [self](wake_atom) {
        auto& s = self->state;
        s.schedule();
        if (s.applied >= s.last + s.policy.threshold) s.begin_snapshot();
      },
      [self](status_atom, local<std::shared_ptr<raft_status>>& status) {
        self->state.take(*status.value);
        self->state.hand_out_archives(*status.value);
      },
      [self](reload_atom, local<snapshot_policy>& policy) { self->state.policy = policy.value; },
      [self](chunk_atom, local<std::shared_ptr<raft::chunk_request>>& request) {
        self->state.read_piece(*request.value);
      },
      [self](chunk_atom, local<std::shared_ptr<raft::chunk_received>>& piece) { self->state.keep_piece(*piece.value); },
      [self](snapshot_atom, local<std::shared_ptr<installed_state>>& snapshot) {
        self->state.installed(*snapshot.value);
      },
      [self](archive_atom, local<archive_callback>& done) {
        auto& s = self->state;
        s.exports.push_back(std::move(done.value));
        if (s.exports.size() == 1) s.ask_status();
      },
      [self](restore_atom, local<std::shared_ptr<storage::scratch_file>>& archive, local<done_callback>& done) {
        self->state.restore.start(archive.value, std::move(done.value));
      },
      [self](const messages::restore_piece_ended& m) { self->state.restore.piece_done(m.number, m.failure); },
  };
}

void take_snapshot(const agent_handles& handles, archive_callback done) {
  caf::anon_send(handles.snapshots, archive_atom_v, local<archive_callback>{std::move(done)});
}

expected<void> pack_snapshot(const snapshot_export& from, storage::scratch_file& to) {
  auto plain = to.another(); // an archive states the size of the state before the state
  if (!plain) return tl::unexpected(plain.error());
  expected<void> outcome;
  std::string gathered;
  state::write_state(*from.state, state::record_scope::exported, [&](std::string_view part) {
    gathered += part;
    if (gathered.size() < write_piece) return true;
    outcome = (*plain)->write(gathered);
    gathered.clear();
    return outcome.has_value();
  });
  if (outcome) outcome = (*plain)->write(gathered);
  if (!outcome) return outcome;
  auto meta = from.meta;
  meta.size = static_cast<std::int64_t>((*plain)->size());
  return storage::write_archive(meta, storage::reader_of(*plain), from.taken,
                                [&](std::string_view bytes) { return to.write(bytes); });
}

void restore_snapshot(const agent_handles& handles, std::shared_ptr<storage::scratch_file> archive,
                      done_callback done) {
  caf::anon_send(handles.snapshots, restore_atom_v, local<std::shared_ptr<storage::scratch_file>>{std::move(archive)},
                 local<done_callback>{std::move(done)});
}

} // namespace praetor
