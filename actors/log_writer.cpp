#include "actors/log_writer.hpp"

namespace praetor {

void log_writer_state::report(std::uint64_t number, const caf::strong_actor_ptr& owner) {
  auto answer = std::make_shared<log_written_report>();
  answer->number = number;
  answer->space = outside->log->space();
  if (auto peer = caf::actor_cast<raft_peer_actor>(owner))
    self->send(peer, written_atom_v, local<std::shared_ptr<log_written_report>>{std::move(answer)});
}

bool log_writer_state::require(const char* what, const expected<void>& outcome) {
  if (outcome) return true;
  outside->fatal(std::string(what) + " the Raft log failed: " + outcome.error().text);
  self->quit(caf::exit_reason::unhandled_exception);
  return false;
}

void log_writer_state::append(std::shared_ptr<log_job> job, caf::strong_actor_ptr owner) {
  // A job comes a second time when its sync is due.
  if (!jobs.empty() && jobs.front().first == job) return finish_one();
  jobs.emplace_back(std::move(job), std::move(owner));
  if (jobs.size() == 1) write_next();
}

void log_writer_state::write_next() {
  auto& log = *outside->log;
  const auto& job = jobs.front().first;
  if (!require("writing to", log.write(job->write))) return;
  auto delay = log.sync_delay();
  if (delay.count() == 0) return finish_one();
  self->delayed_send(self, delay, append_atom_v, local<std::shared_ptr<log_job>>{job});
}

void log_writer_state::finish_one() {
  if (!require("syncing", outside->log->sync())) return;
  auto [job, owner] = std::move(jobs.front());
  jobs.pop_front();
  report(job->number, owner);
  if (!jobs.empty()) write_next();
}

log_writer_actor::behavior_type log_writer(log_writer_actor::stateful_pointer<log_writer_state> self,
                                           ports_ptr outside) {
  self->state.self = self;
  self->state.outside = std::move(outside);
  return {
      [self](append_atom, local<std::shared_ptr<log_job>>& job) {
        self->state.append(std::move(job.value), caf::actor_cast<caf::strong_actor_ptr>(self->current_sender()));
      },
      [self](compact_atom, std::uint64_t through) {
        auto& s = self->state;
        if (!s.require("compacting", s.outside->log->compact(through))) return;
        if (auto peer = caf::actor_cast<raft_peer_actor>(self->current_sender()))
          self->send(peer, compact_atom_v, through);
      },
      [self](probe_atom) { self->state.report(0, caf::actor_cast<caf::strong_actor_ptr>(self->current_sender())); },
  };
}

} // namespace praetor
