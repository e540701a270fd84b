#include "actors/raft/log_writer.hpp"

namespace praetor {

void log_writer_state::report(std::uint64_t number, const caf::strong_actor_ptr& to) {
  auto answer = std::make_shared<log_written_report>();
  answer->number = number;
  answer->space = outside->log->space();
  if (auto peer = caf::actor_cast<raft_peer_actor>(to))
    self->send(peer, written_atom_v, local<std::shared_ptr<log_written_report>>{std::move(answer)});
}

bool log_writer_state::require(const char* what, const expected<void>& outcome) {
  if (outcome) return true;
  outside->fatal(std::string(what) + " the Raft log failed: " + outcome.error().text);
  self->quit(caf::exit_reason::unhandled_exception);
  return false;
}

void log_writer_state::append(const log_job& job, caf::strong_actor_ptr from) {
  if (!require("writing to", outside->log->write(job.write))) return;
  written = job.number;
  owner = std::move(from);
  if (std::exchange(sync_due, true)) return;
  self->send(self, flush_atom_v);
}

void log_writer_state::flush() {
  if (auto delay = outside->log->sync_delay(); delay.count() > 0) return self->delayed_send(self, delay, flush_atom_v);
  sync_due = false;
  if (!require("syncing", outside->log->sync())) return;
  report(written, owner);
}

log_writer_actor::behavior_type log_writer(log_writer_actor::stateful_pointer<log_writer_state> self,
                                           ports_ptr outside) {
  self->state.self = self;
  self->state.outside = std::move(outside);
  return {
      [self](append_atom, local<std::shared_ptr<log_job>>& job) {
        self->state.append(*job.value, caf::actor_cast<caf::strong_actor_ptr>(self->current_sender()));
      },
      [self](flush_atom) { self->state.flush(); },
      [self](messages::compact_log m) {
        auto& s = self->state;
        if (!s.require("compacting", s.outside->log->compact(m.through))) return;
        if (auto peer = caf::actor_cast<raft_peer_actor>(self->current_sender()))
          self->send(peer, messages::log_compacted{m.through});
      },
      [self](probe_atom) { self->state.report(0, caf::actor_cast<caf::strong_actor_ptr>(self->current_sender())); },
  };
}

} // namespace praetor
