#include "actors/raft_peer.hpp"

#include "actors/apply_batch.hpp"
#include "protocol/types/error.hpp"
#include "storage/state/apply_result.hpp"

namespace praetor {

namespace {

constexpr std::size_t most_pending = 65536; // frontends admit fewer; beyond it a bug would eat the memory

void answer(const proposal& p, state::apply_result result) {
  if (p.done) p.done(result);
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

void raft_peer_state::refuse(proposal& p, const std::string& why, int status, bool elsewhere) {
  if (elsewhere && p.router) {
    auto again = std::make_shared<proposal>();
    again->data = std::move(p.data);
    again->done = std::move(p.done);
    self->send(p.router, propose_atom_v, local<std::shared_ptr<proposal>>{std::move(again)});
    return;
  }
  auto result = state::apply_result::failure(why, status);
  result.not_appended = elsewhere;
  answer(p, std::move(result));
}

void raft_peer_state::propose(std::shared_ptr<proposal> p) {
  if (stopping || machine->role() != raft::role::leader) return refuse(*p, "No cluster leader", 500, true);
  if (disk_low) {
    if (!space_asked) {
      space_asked = true;
      self->send(options.writer, probe_atom_v);
    }
    return refuse(*p,
                  "no space left for the Raft log: the write was refused before it was logged; free disk space in "
                  "data_dir and writes resume by themselves",
                  500, false);
  }
  if (pending.size() >= most_pending) return refuse(*p, "too many writes are waiting, try again later", 503, false);
  pending.push_back(std::move(p));
  if (flush_sent) return;
  flush_sent = true;
  self->send(self, flush_atom_v);
}

void raft_peer_state::flush() {
  flush_sent = false;
  // One batch at a time: what arrives while it is being written goes into the next one.
  if (pending.empty() || submitted != written) return;
  auto batch = std::move(pending);
  pending.clear();
  std::vector<raft::proposal> commands;
  commands.reserve(batch.size());
  for (auto& p : batch) commands.push_back({raft::entry_kind::command, std::move(p->data)});
  auto range = machine->propose(std::move(commands), options.outside->wall_clock().count(), now());
  if (!range) {
    // The machine leaves a refused batch unspecified, so it is not sent on; callers hear that nothing was appended.
    for (auto& p : batch) {
      p->router = nullptr;
      refuse(*p,
             range.error() == raft::refusal::overloaded ? "too many writes are waiting, try again later"
                                                        : "No cluster leader",
             range.error() == raft::refusal::overloaded ? 503 : 500, true);
    }
    return;
  }
  auto index = range->first;
  for (auto& p : batch) appended.emplace_back(index++, std::move(p));
  carry_out();
}

void raft_peer_state::read(done_callback done) {
  auto token = ++next_read;
  if (stopping || !machine->read_index(token, now())) {
    error none{"No cluster leader", 500};
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
  carry_out();
  flush();
}

void raft_peer_state::publish(const raft::output& out) {
  auto& board = options.view->leader;
  auto lease = machine->lease_valid_until();
  board.extend_lease(lease.value_or(steady_time{}));
  auto previous = board.get();
  if (!out.leadership && previous->ready == lease.has_value()) return;
  auto next = std::make_shared<leadership>();
  next->is_leader = machine->role() == raft::role::leader;
  next->ready = lease.has_value();
  next->term = machine->term();
  next->leader_id = machine->leader().id;
  if (const auto* server = machine->members().value.find(machine->leader().id)) next->leader_address = server->address;
  if (*previous == *next) return;
  board.publish(next);
  if (options.parent) self->send(options.parent, leader_atom_v, local<std::shared_ptr<const leadership>>{next});
}

void raft_peer_state::deliver_reads(const raft::output& out) {
  for (const auto& ready : out.reads) {
    auto it = reads.find(ready.token);
    if (it == reads.end()) continue;
    auto done = std::move(it->second);
    reads.erase(it);
    self->send(options.state_machine, applied_atom_v, ready.index,
               local<std::function<void()>>{[done = std::move(done)] { done(nullptr); }});
  }
  for (auto token : out.failed_reads) {
    auto it = reads.find(token);
    if (it == reads.end()) continue;
    auto done = std::move(it->second);
    reads.erase(it);
    error lost{"leadership lost while confirming a read", 500};
    done(&lost);
  }
}

void raft_peer_state::drop(const raft::dropped_range& dropped) {
  std::deque<std::pair<raft::index_t, std::shared_ptr<proposal>>> kept;
  for (auto& [index, p] : appended) {
    if (index >= dropped.range.first && index <= dropped.range.last)
      answer(*p, state::apply_result::failure("leadership lost while committing log", 500));
    else
      kept.emplace_back(index, std::move(p));
  }
  appended = std::move(kept);
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
    while (!appended.empty() && appended.front().first < entries[i]->index) {
      answer(*appended.front().second, state::apply_result::failure("leadership lost while committing log", 500));
      appended.pop_front();
    }
    if (!appended.empty() && appended.front().first == entries[i]->index) {
      batch->waiting[i] = std::move(appended.front().second);
      appended.pop_front();
    }
  }
  batch->entries = std::move(entries);
  self->send(options.state_machine, execute_atom_v, local<std::shared_ptr<apply_batch>>{std::move(batch)});
}

void raft_peer_state::carry_out() {
  do {
    auto out = machine->take_output(now());
    // Only a sole voter is ever configured, and that one has nobody to speak to.
    PRAETOR_ASSERT(out.messages.empty() && out.messages_when_durable.empty());
    publish(out);
    deliver_reads(out);
    for (const auto& dropped : out.dropped) drop(dropped);
    submit(out);
    apply(std::move(out.apply));
  } while (machine->has_output());
  set_timer();
}

void raft_peer_state::set_timer() {
  auto next = machine->next_deadline();
  if (next == timer_at) return;
  timer_at = next;
  ++timer;
  if (next == raft::time_point::max()) return;
  self->delayed_send(self, std::max(next - now(), raft::duration::zero()), wake_atom_v, timer);
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
      [self](wake_atom, std::uint64_t generation) {
        auto& s = self->state;
        if (generation != s.timer) return;
        s.timer_at = raft::time_point::max();
        s.machine->tick(s.now());
        s.carry_out();
      },
      [self](read_atom, local<done_callback>& done) { self->state.read(std::move(done.value)); },
      [self](applied_atom, std::uint64_t index) {
        self->state.machine->applied(index);
        self->state.carry_out();
      },
      [self](snapshot_atom, local<std::shared_ptr<const raft::snapshot_meta>>& meta, std::uint64_t through) {
        auto& s = self->state;
        s.last_snapshot = *meta.value;
        s.machine->snapshot_written(*meta.value);
        if (through >= s.machine->first_index()) self->send(s.options.writer, compact_atom_v, through);
        s.carry_out();
      },
      [self](compact_atom, std::uint64_t through) {
        auto& s = self->state;
        if (auto term = s.machine->term_at(through)) s.machine->compacted(through, *term);
        s.carry_out();
      },
      [self](status_atom, local<std::function<void(const raft_status&)>>& done) {
        self->state.report_status(done.value);
      },
      [self](stop_atom, local<done_callback>& done) {
        auto& s = self->state;
        s.stopping = true;
        for (auto& p : std::exchange(s.pending, {})) s.refuse(*p, "No cluster leader", 500, true);
        s.machine->shut_down(s.now());
        s.carry_out();
        if (done.value) done.value(nullptr);
      },
      [](send_atom, const std::string&) {},
      [](link_atom, const std::string&, bool) {},
      [](members_atom, local<std::shared_ptr<membership_change>>&) {},
      [](transfer_atom, const std::string&, local<done_callback>&) {},
  };
}

} // namespace praetor
