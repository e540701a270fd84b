#include "actors/raft/raft_peer.hpp"

#include "actors/raft/apply_batch.hpp"
#include "actors/raft/no_leader.hpp"
#include "actors/rpc/received_message.hpp"
#include "actors/rpc/rpc_bodies.hpp"
#include "actors/rpc/rpc_gateway.hpp"
#include "protocol/mutation.hpp"
#include "protocol/types/error.hpp"
#include "storage/state/apply_result.hpp"

#include <bit>

namespace praetor {

namespace {

constexpr std::size_t most_pending = 65536; // more than frontends admit; limits the damage of a bug
constexpr std::size_t most_waiting_changes = 64;
constexpr std::size_t longest_shown_id = 64;

void answer(const proposal& p, state::apply_result result) {
  if (p.done) p.done(result);
}

/// Its outcome is unknown: another leader may or may not have it.
void answer_lost(const proposal& p) {
  answer(p, state::apply_result::failure({error_code::unknown_outcome, "leadership lost while committing log"}));
}

error overloaded() { return {"too many writes are waiting, try again later", 503}; }

void tell(const done_callback& done, const std::string& why) {
  if (!done) return;
  error e{why, 500};
  done(&e);
}

} // namespace

raft::time_point raft_peer_state::now() const { return self->clock().now(); }

void raft_peer_state::start() {
  auto& o = options;
  random = std::make_unique<std::mt19937_64>(o.outside->seed());
  machine = std::make_unique<raft::machine>(o.own, o.limits, *o.outside->log, *random);
  machine->restore(o.found, now());
  if (o.found.snapshot) last_snapshot = *o.found.snapshot;
  if (o.bootstrap) {
    raft::configuration members;
    members.servers.push_back({o.own, o.address, true});
    machine->bootstrap(members, now());
  }
  machine->tick(now());
  carry_out();
}

void raft_peer_state::refuse(proposal& p, error why, bool elsewhere) {
  if (elsewhere && p.router) {
    auto again = std::make_shared<proposal>();
    again->command = std::move(p.command);
    again->done = std::move(p.done);
    again->hops = p.hops;
    again->hold = p.hold;
    again->origin = std::move(p.origin);
    self->send(p.router, propose_atom_v, local<std::shared_ptr<proposal>>{std::move(again)});
    return;
  }
  auto result = state::apply_result::failure(std::move(why));
  result.not_appended = elsewhere;
  answer(p, std::move(result));
}

void raft_peer_state::propose(std::shared_ptr<proposal> p) {
  if (stopping || machine->role() != raft::role::leader) return refuse(*p, no_leader(), true);
  if (p->command.bytes().empty()) return refuse(*p, {"a proposal without a command", 400}, false);
  if (disk_low) {
    if (!space_asked) {
      space_asked = true;
      self->send(options.writer, probe_atom_v);
    }
    return refuse(*p,
                  {"no space left for the Raft log: the write was refused before it was logged; free disk space in "
                   "data_dir and writes resume by themselves"},
                  false);
  }
  if (pending.size() >= most_pending) return refuse(*p, overloaded(), false);
  pending.push_back(std::move(p));
  if (flush_sent) return;
  flush_sent = true;
  self->send(self, flush_atom_v);
}

void raft_peer_state::flush() {
  flush_sent = false;
  // One batch at a time: proposals that arrive during a write form the next batch.
  if (pending.empty() || submitted != written) return;
  auto batch = std::move(pending);
  pending.clear();
  std::vector<raft::proposal> commands;
  commands.reserve(batch.size());
  for (auto& p : batch) commands.push_back({raft::entry_kind::command, std::move(p->command).release()});
  auto range = machine->propose(std::move(commands), options.outside->wall_clock().count(), now());
  if (!range) {
    // The machine leaves a rejected batch in an unspecified state, so it can't be forwarded; the callers learn that
    // nothing was appended.
    for (auto& p : batch) {
      p->router = nullptr;
      refuse(*p, range.error() == raft::refusal::overloaded ? overloaded() : no_leader(), true);
    }
    return;
  }
  auto index = range->first;
  for (auto& p : batch) appended.push_back({index++, machine->term(), std::move(p)});
  carry_out();
}

void raft_peer_state::read(done_callback done) {
  auto token = ++next_read;
  if (stopping || !machine->read_index(token, now())) {
    auto none = no_leader();
    return done(&none);
  }
  reads.emplace(token, std::move(done));
  carry_out();
}

void raft_peer_state::log_written(const log_written_report& report) {
  if (report.number == 0) space_asked = false;
  if (disk_low != report.space.low) {
    disk_low = report.space.low;
    if (disk_low)
      options.outside->log_lines->write(log_level::error, "agent.server.raft",
                                        "disk is nearly full, writes are refused until there is room",
                                        {{"free_bytes", report.space.free_bytes}});
    else
      options.outside->log_lines->write(log_level::info, "agent.server.raft", "disk has room again, writes resume");
  }
  if (report.number == 0) return;
  written = report.number;
  machine->log_written(report.number, now());
  send_held();
  carry_out();
  flush();
}

void raft_peer_state::receive(const received_message& received) {
  // Logs the first of each kind, then at exponentially growing intervals.
  auto refuse = [&](std::uint64_t& count, const std::string& why) {
    if (!std::has_single_bit(++count)) return;
    options.outside->log_lines->write(
        log_level::warn, "agent.server.raft", "refused a Raft message",
        {{"peer", received.from.name}, {"from", received.from.address}, {"error", why}, {"count", count}});
  };
  auto message = raft::decode_message(received.bytes);
  if (!message) return refuse(unreadable, message.error().text);
  if (message->from.id != received.from.id && !mutated(mutation::raft_sender_unchecked))
    return refuse(forged, "says that it comes from server " + message->from.id.substr(0, longest_shown_id) +
                              ", and the peer is " + received.from.id);
  machine->step(std::move(*message), now());
  carry_out();
}

void raft_peer_state::change_members(std::shared_ptr<membership_change> change) {
  if (stopping) return tell(change->done, no_leader().text);
  if (changes.size() >= most_waiting_changes)
    return tell(change->done, "too many changes of the Raft configuration wait for each other");
  changes.push_back(std::move(change));
  carry_out();
}

void raft_peer_state::begin_changes() {
  using enum raft::refusal;
  while (!changes.empty()) {
    auto index = machine->propose_configuration(changes.front()->change, options.outside->wall_clock().count(), now());
    // Retried after the commit of the previous change, or of the term's first entry.
    if (!index && (index.error() == change_pending || index.error() == not_ready)) return;
    auto change = std::move(changes.front());
    changes.pop_front();
    if (!index) {
      bool leads = index.error() != not_leader && index.error() != shut_down;
      tell(change->done, leads ? "the Raft configuration can't be changed now: " + std::string(to_string(index.error()))
                               : no_leader().text);
      continue;
    }
    auto p = std::make_shared<proposal>();
    p->done = [done = std::move(change->done)](const state::apply_result& result) {
      if (result.ok()) {
        if (done) done(nullptr);
      } else {
        tell(done, result.error);
      }
    };
    appended.push_back({*index, machine->term(), std::move(p)});
  }
}

void raft_peer_state::transfer(const std::string& target, done_callback done) {
  auto chosen = machine->transfer_leadership(target.empty() ? std::nullopt : std::optional<std::string>(target), now());
  if (!chosen) return tell(done, "leadership can't be handed over: " + std::string(to_string(chosen.error())));
  options.outside->log_lines->write(log_level::info, "agent.server.raft", "handing leadership over",
                                    {{"peer", chosen->id}});
  transfers.push_back(std::move(done));
  carry_out();
}

void raft_peer_state::end_transfers(bool worked) {
  for (auto& done : std::exchange(transfers, {})) {
    if (!worked)
      tell(done, "no other server took leadership over in time");
    else if (done)
      done(nullptr);
  }
}

void raft_peer_state::bootstrap(const raft::configuration& members, const done_callback& done) {
  if (!members.find(machine->own()) || members.voter_count() == 0)
    return tell(done, "this server is not among the voters that the cluster begins with");
  if (!machine->bootstrap(members, now())) return tell(done, "this server has a Raft log already");
  carry_out();
  if (done) done(nullptr);
}

std::string raft_peer_state::address_of(const std::string& id) const {
  if (id == options.own.id) return options.address;
  if (auto known = options.view->servers.load())
    if (const auto* server = known->find(id)) return server->address;
  const auto* server = machine->members().value.find(id);
  return server ? server->address : std::string();
}

void raft_peer_state::publish(const raft::output& out) {
  auto& board = options.view->leader;
  auto lease = machine->lease_valid_until();
  board.extend_lease(lease.value_or(steady_time{}));
  // Contact with the quorum while leading remains valid afterwards.
  board.contacted(std::max(board.last_contact(), machine->last_contact(now())));
  auto previous = board.get();
  bool addressed = previous->leader_id.empty() || !previous->leader_address.empty();
  if (!out.leadership && previous->ready == lease.has_value() && addressed) return;
  auto next = std::make_shared<leadership>();
  next->is_leader = machine->role() == raft::role::leader;
  next->ready = lease.has_value();
  next->term = machine->term();
  next->leader_id = machine->leader().id;
  next->leader_address = address_of(next->leader_id);
  PRAETOR_ASSERT(next->term >= previous->term && (next->is_leader || !next->ready));
  if (*previous == *next) return;
  board.publish(next);
  if (options.parent) self->send(options.parent, leader_atom_v, local<std::shared_ptr<const leadership>>{next});
}

void raft_peer_state::send(const std::vector<raft::message>& messages) {
  if (messages.empty()) return;
  auto links = options.view->links.load();
  if (!links) return;
  for (const auto& m : messages) {
    auto link = links->find(m.to.id);
    if (link == links->end()) continue; // treated as lost
    auto sent = std::make_shared<remote_envelope>();
    sent->message = envelope_of(rpc_kind::raft, raft::encode(m));
    self->send(link->second, send_atom_v, local<std::shared_ptr<remote_envelope>>{std::move(sent)});
  }
}

void raft_peer_state::send_held() {
  while (!held.empty() && held.front().first <= written) {
    send(held.front().second);
    held.pop_front();
  }
}

void raft_peer_state::deliver_reads(const raft::output& out) {
  for (const auto& ready : out.reads) {
    auto it = reads.find(ready.token);
    if (it == reads.end()) continue;
    auto done = std::move(it->second);
    reads.erase(it);
    self->send(options.state_machine,
               messages::await_applied{ready.index, [done = std::move(done)] { done(nullptr); }});
  }
  for (auto token : out.failed_reads) {
    auto it = reads.find(token);
    if (it == reads.end()) continue;
    auto done = std::move(it->second);
    reads.erase(it);
    error lost{error_code::no_leader, "leadership lost while confirming a read"};
    done(&lost);
  }
}

/// Logs the first one, then at exponentially growing intervals, so that no one can flood the log.
void raft_peer_state::report_refused(const raft::refused_message& refused) {
  const auto& count = machine->count();
  if (!std::has_single_bit(refused.grave ? count.conflicts : count.ignored_messages)) return;
  options.outside->log_lines->write(refused.grave ? log_level::error : log_level::warn, "agent.server.raft",
                                    "a Raft message was refused",
                                    {{"from", refused.from},
                                     {"reason", refused.why},
                                     {"refused", count.ignored_messages},
                                     {"of_strangers", count.strangers},
                                     {"conflicting", count.conflicts}});
}

void raft_peer_state::drop(const raft::dropped_range& dropped) {
  std::erase_if(appended, [&](auto& a) {
    if (a.term != dropped.term || a.index < dropped.range.first || a.index > dropped.range.last) return false;
    answer_lost(*a.waiting);
    return true;
  });
}

void raft_peer_state::submit(raft::output& out) {
  if (out.must_write) {
    auto job = std::make_shared<log_job>();
    job->number = out.write;
    job->write.state = std::move(out.state);
    if (out.reset) job->write.reset = storage::log_position{out.reset->index, out.reset->term};
    job->write.truncate_from = out.truncate_from;
    job->write.entries = std::move(out.entries);
    submitted = out.write;
    self->send(options.writer, append_atom_v, local<std::shared_ptr<log_job>>{std::move(job)});
  }
}

void raft_peer_state::apply(std::vector<raft::entry_ptr> entries) {
  if (entries.empty()) return;
  auto batch = std::make_shared<apply_batch>();
  batch->waiting.resize(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    while (!appended.empty() && appended.front().index <= entries[i]->index) {
      auto& first = appended.front();
      if (first.index == entries[i]->index && first.term == entries[i]->term)
        batch->waiting[i] = std::move(first.waiting);
      else
        answer_lost(*first.waiting);
      appended.pop_front();
    }
  }
  batch->entries = std::move(entries);
  self->send(options.state_machine, execute_atom_v, local<std::shared_ptr<apply_batch>>{std::move(batch)});
}

void raft_peer_state::serve_snapshots(raft::output& out) {
  for (auto& request : out.chunk_requests)
    self->send(options.snapshots, chunk_atom_v,
               local<std::shared_ptr<raft::chunk_request>>{std::make_shared<raft::chunk_request>(std::move(request))});
  for (auto& piece : out.chunks)
    self->send(options.snapshots, chunk_atom_v,
               local<std::shared_ptr<raft::chunk_received>>{std::make_shared<raft::chunk_received>(std::move(piece))});
}

void raft_peer_state::chunk_done(chunk_outcome& outcome) {
  using kind_t = chunk_outcome::kind_t;
  switch (outcome.kind) {
  case kind_t::read: machine->snapshot_chunk_read(outcome.request, std::move(outcome.data), outcome.done, now()); break;
  case kind_t::missing: machine->snapshot_chunk_missing(outcome.request, now()); break;
  case kind_t::stored: machine->snapshot_chunk_stored(outcome.meta.id, outcome.size, now()); break;
  case kind_t::failed: machine->snapshot_failed(outcome.meta.id, now()); break;
  case kind_t::installed:
    last_snapshot = outcome.meta;
    machine->snapshot_installed(outcome.meta, now());
    // The outcome of entries that the snapshot replaced, or that were in a discarded log, is unknown here.
    std::erase_if(appended, [&](auto& a) {
      if (a.index > outcome.meta.index && machine->term_at(a.index) == a.term) return false;
      answer_lost(*a.waiting);
      return true;
    });
    break;
  }
  carry_out();
}

void raft_peer_state::carry_out() {
  do {
    begin_changes();
    auto out = machine->take_output(now());
    publish(out);
    send(out.messages);
    deliver_reads(out);
    for (const auto& dropped : out.dropped) drop(dropped);
    if (out.refused) report_refused(*out.refused);
    if (out.transfer) end_transfers(*out.transfer);
    submit(out);
    if (!out.messages_when_durable.empty()) {
      held.emplace_back(out.write, std::move(out.messages_when_durable));
      send_held();
    }
    apply(std::move(out.apply));
    serve_snapshots(out);
  } while (machine->has_output());
  give_up_open();
  timer.start_by(self, std::min(machine->next_deadline(), give_up_at));
}

/// A new leader will settle uncommitted entries; if none appears, fail their callers after a timeout.
void raft_peer_state::give_up_open() {
  if (machine->role() == raft::role::leader || appended.empty()) {
    give_up_at = raft::time_point::max();
    return;
  }
  if (give_up_at == raft::time_point::max()) give_up_at = now() + 2 * options.limits.election_timeout;
  if (now() < give_up_at) return;
  for (auto& a : std::exchange(appended, {})) answer_lost(*a.waiting);
  give_up_at = raft::time_point::max();
}

void raft_peer_state::report_status(const std::function<void(const raft_status&)>& done) const {
  raft_status out;
  out.role = machine->role();
  out.term = machine->term();
  out.own = machine->own();
  out.leader = machine->leader();
  out.first_index = machine->first_index();
  out.last_index = machine->last_index();
  out.last_term = machine->last_term();
  out.commit_index = machine->commit_index();
  out.applied_index = machine->applied_index();
  out.snapshot_index = last_snapshot.index;
  out.snapshot_term = last_snapshot.term;
  out.members = machine->members();
  out.committed_members = machine->committed_members();
  out.last_contact = machine->last_contact(now());
  out.count = machine->count();
  out.peers = machine->peers();
  done(out);
}

raft_peer_actor::behavior_type raft_peer(raft_peer_actor::stateful_pointer<raft_peer_state> self,
                                         raft_peer_options options) {
  auto& s = self->state;
  s.self = self;
  s.options = std::move(options);
  s.start();
  return {
      [self](propose_atom, local<std::shared_ptr<proposal>>& p) { self->state.propose(std::move(p.value)); },
      [self](flush_atom) { self->state.flush(); },
      [self](written_atom, local<std::shared_ptr<log_written_report>>& report) {
        self->state.log_written(*report.value);
      },
      [self](wake_up<> message) {
        auto& s = self->state;
        if (!s.timer.has_ended(message)) return;
        s.machine->tick(s.now());
        s.carry_out();
      },
      [self](read_atom, local<done_callback>& done) { self->state.read(std::move(done.value)); },
      [self](messages::entries_applied m) {
        self->state.machine->applied(m.through);
        self->state.carry_out();
      },
      [self](const messages::snapshot_written& m) {
        auto& s = self->state;
        s.last_snapshot = *m.meta;
        s.machine->snapshot_written(*m.meta);
        // The snapshot may hold entries that a majority has durably and this disk not yet.
        auto through = std::min(m.through, s.machine->durable_index());
        if (through >= s.machine->first_index()) self->send(s.options.writer, messages::compact_log{through});
        s.carry_out();
      },
      [self](messages::log_compacted m) {
        auto& s = self->state;
        if (auto term = s.machine->term_at(m.through)) s.machine->compacted(m.through, *term);
        s.carry_out();
      },
      [self](status_atom, local<std::function<void(const raft_status&)>>& done) {
        self->state.report_status(done.value);
      },
      [self](stop_atom, local<done_callback>& done) {
        auto& s = self->state;
        s.stopping = true;
        for (auto& p : std::exchange(s.pending, {})) s.refuse(*p, no_leader(), true);
        s.end_transfers(false);
        s.machine->shut_down(s.now());
        s.carry_out();
        if (done.value) done.value(nullptr);
      },
      [self](send_atom, local<std::shared_ptr<const received_message>>& received) {
        self->state.receive(*received.value);
      },
      [self](const messages::link_changed& m) {
        auto& s = self->state;
        if (m.up)
          s.machine->connection_restored(m.server, s.now());
        else
          s.machine->connection_lost(m.server, s.now());
        s.carry_out();
      },
      [self](members_atom, local<std::shared_ptr<membership_change>>& change) {
        self->state.change_members(std::move(change.value));
      },
      [self](messages::transfer_leadership& m) { self->state.transfer(m.to, std::move(m.done)); },
      [self](chunk_atom, local<std::shared_ptr<chunk_outcome>>& outcome) { self->state.chunk_done(*outcome.value); },
      [self](start_atom, local<std::shared_ptr<const raft::configuration>>& members, local<done_callback>& done) {
        self->state.bootstrap(*members.value, done.value);
      },
  };
}

} // namespace praetor
