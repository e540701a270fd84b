#include "actors/log_writer.hpp"

namespace praetor {

namespace {

void report(log_writer_actor::stateful_pointer<log_writer_state> self, std::uint64_t number) {
  auto answer = std::make_shared<log_written_report>();
  answer->number = number;
  answer->space = self->state.outside->log->space();
  if (auto peer = caf::actor_cast<raft_peer_actor>(self->current_sender()))
    self->send(peer, written_atom_v, local<std::shared_ptr<log_written_report>>{std::move(answer)});
}

} // namespace

log_writer_actor::behavior_type log_writer(log_writer_actor::stateful_pointer<log_writer_state> self,
                                           ports_ptr outside) {
  self->state.outside = std::move(outside);
  auto require = [self](const char* what, const expected<void>& outcome) {
    if (outcome) return true;
    self->state.outside->fatal(std::string(what) + " the Raft log failed: " + outcome.error().text);
    self->quit(caf::exit_reason::unhandled_exception);
    return false;
  };
  return {
      [self, require](append_atom, local<std::shared_ptr<log_job>>& job) {
        auto& log = *self->state.outside->log;
        if (!require("writing to", log.write(job.value->write)) || !require("syncing", log.sync())) return;
        report(self, job.value->number);
      },
      [self, require](compact_atom, std::uint64_t through) {
        if (!require("compacting", self->state.outside->log->compact(through))) return;
        if (auto peer = caf::actor_cast<raft_peer_actor>(self->current_sender()))
          self->send(peer, compact_atom_v, through);
      },
      [self](probe_atom) { report(self, 0); },
  };
}

} // namespace praetor
