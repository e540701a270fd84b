#include "protocol/raft/core.hpp"

#include "protocol/mutation.hpp"
#include "protocol/raft/limits.hpp"

namespace praetor::raft {

// ---- leader --------------------------------------------------------------------------------------------------------

result<index_range> machine::core::propose(std::vector<proposal>&& batch, std::int64_t wall_ns, time_point now) {
  advance(now);
  if (shut_down_) return tl::unexpected(refusal::shut_down);
  if (role_ != role::leader) return tl::unexpected(refusal::not_leader);
  if (transfer_) return tl::unexpected(refusal::transferring);
  std::size_t bytes = 0;
  for (const auto& p : batch) {
    PRAETOR_ASSERT(p.kind != entry_kind::configuration); // use propose_configuration
    bytes += p.data.size();
  }
  if (limits_.max_uncommitted_bytes != 0 && uncommitted_bytes_ != 0 &&
      uncommitted_bytes_ + bytes > limits_.max_uncommitted_bytes)
    return tl::unexpected(refusal::overloaded);
  index_range range{log_.last() + 1, log_.last() + batch.size()};
  for (auto& p : batch) append_own(p.kind, std::move(p.data), wall_ns);
  return range;
}

void machine::core::append_own(entry_kind kind, std::string&& data, std::int64_t wall_ns) {
  PRAETOR_ASSERT(role_ == role::leader && hard_.term > failed_term_);
  entry e{log_.last() + 1, hard_.term, kind, std::max(log_.last_time_ns(), wall_ns), std::move(data)};
  if (own_ranges_.empty() || own_ranges_.back().term != hard_.term)
    own_ranges_.push_back({{e.index, e.index}, hard_.term});
  else
    own_ranges_.back().range.last = e.index;
  uncommitted_bytes_ += e.weight();
  log_.append(std::make_shared<const entry>(std::move(e)));
  replicate_due_ = true;
}

void machine::core::replicate() {
  replicate_due_ = false;
  for (auto i = progress_.begin(); i != progress_.end();) {
    auto& p = i->second;
    replicate_to(p);
    auto gone = p.leaving != 0 && commit_ >= p.leaving && p.commit_sent >= p.leaving;
    i = gone ? progress_.erase(i) : std::next(i);
  }
}

void machine::core::replicate_to(follower_progress& p) {
  auto heartbeat = std::exchange(p.heartbeat_due, false);
  switch (p.state) {
  case state_t::snapshot:
    if (heartbeat) send_append(p, false);
    return;
  case state_t::probe:
    if (!p.probe_sent) {
      p.probe_sent = true;
      send_append(p, true);
    } else if (heartbeat) {
      send_append(p, false);
    }
    return;
  case state_t::replicate:
    auto sent = false;
    while (p.state == state_t::replicate && p.next <= log_.last() &&
           p.in_flight.size() < limits_.max_in_flight_messages && p.in_flight_bytes < limits_.max_in_flight_bytes) {
      send_append(p, true);
      sent = true;
    }
    if (!sent && (heartbeat || p.commit_sent < commit_)) send_append(p, false);
    return;
  }
}

void machine::core::send_append(follower_progress& p, bool with_entries) {
  append_request r;
  // A follower that is receiving a snapshot gets a heartbeat that matches any log.
  r.prev_index = p.state == state_t::snapshot ? 0 : p.next - 1;
  auto prev_term = log_.term(r.prev_index);
  if (r.prev_index != 0 && !prev_term) return start_snapshot(p);
  r.prev_term = r.prev_index == 0 ? 0 : *prev_term;
  if (with_entries && p.next <= log_.last()) {
    r.entries = log_.read(p.next, log_.last(), limits_.max_append_bytes, limits_.max_append_entries);
    if (r.entries.empty()) return start_snapshot(p);
  }
  r.commit = commit_;
  r.sent_ns = std::chrono::nanoseconds(now_.time_since_epoch()).count();
  r.round = round_;
  r.epoch = epoch_;
  if (p.state != state_t::snapshot) p.commit_sent = std::max(p.commit_sent, commit_);
  if (p.state == state_t::replicate && !r.entries.empty()) {
    std::size_t bytes = 0;
    for (const auto& e : r.entries) bytes += e->weight();
    p.next = r.entries.back()->index + 1;
    p.in_flight.push_back({r.entries.back()->index, bytes});
    p.in_flight_bytes += bytes;
  }
  send(p.who, std::move(r));
}

void machine::core::request_heartbeats() {
  for (auto& [id, p] : progress_) p.heartbeat_due = true;
  replicate_due_ = true;
}

void machine::core::tick_leader() {
  // CheckQuorum (Raft dissertation 6.2): a leader without a majority steps down.
  if (!is_sole_voter() && quorum_contact() + limits_.quorum_timeout <= now_) {
    ++count_.quorum_losses;
    return become_follower(hard_.term, {});
  }
  if (now_ >= heartbeat_at_) {
    heartbeat_at_ = now_ + limits_.heartbeat_interval;
    request_heartbeats();
    start_read_round(true);
    tick_transfer();
    for (auto& [id, p] : progress_) resend_snapshot(p);
  } else if (transfer_ && now_ >= transfer_->deadline) {
    tick_transfer();
  }
}

void machine::core::on(const message& m, const append_result& r) {
  if (m.term > hard_.term) return become_follower(m.term, {});
  if (m.term < hard_.term || role_ != role::leader) return;
  auto* p = find_progress(m.from);
  if (!p) return refuse(m, &counters::strangers, "an answer to an append that it was not sent");
  // A follower can't hold entries that were never sent.
  if (!r.rejected && r.match > log_.last())
    return refuse(m, &counters::conflicts, "an answer about entries that are not in the leader's log");
  p->last_contact = now_;
  time_point sent{std::chrono::duration_cast<duration>(std::chrono::nanoseconds(r.sent_ns))};
  if (r.epoch == epoch_ && sent <= now_ && r.promise > std::chrono::nanoseconds(0)) {
    auto until = sent + std::min<duration>(r.promise, std::max<duration>(promise_limit, limits_.lease_promise));
    p->promise_until = std::max(p->promise_until.value_or(until), until);
  }
  if (r.round <= round_) p->round = std::max(p->round, r.round);
  if (r.rejected)
    appends_rejected(*p, r);
  else
    appends_accepted(*p, r);
  finish_reads();
}

void machine::core::appends_rejected(follower_progress& p, const append_result& r) {
  // Beyond the local log: the answer to an append of an earlier term.
  if (p.state == state_t::snapshot || r.rejected_prev > log_.last()) return;
  bool probed = p.state == state_t::probe && r.rejected_prev == p.next - 1;
  if (!probed && (p.state == state_t::probe || r.rejected_prev <= p.match)) return; // the answer to an older append
  // Skip whole terms (Raft 5.3): if the local log has the follower's term, the logs may meet at its last local entry;
  // if not, they cannot meet before the follower's first entry of that term.
  auto next = std::min(r.hint_index, r.rejected_prev);
  if (r.hint_term != 0 && r.rejected_prev > 0) {
    auto meet = log_.last_not_above(r.hint_term, r.rejected_prev - 1);
    if (meet >= log_.first() && log_.term(meet) == r.hint_term) next = meet + 1;
  }
  // A server that came back with an older disk no longer holds what it had acknowledged.
  if (r.rejected_prev <= p.match) p.match = next > 0 ? next - 1 : 0;
  p.to_probe(std::max(next, p.match + 1));
  replicate_due_ = true;
}

void machine::core::appends_accepted(follower_progress& p, const append_result& r) {
  if (r.match > p.match) {
    p.match = r.match;
    p.acknowledge(p.match);
    replicate_due_ = true;
  }
  if (p.state == state_t::snapshot) {
    if (!p.transfer || p.match < p.transfer->meta.index) return;
    p.to_probe(p.match + 1);
    replicate_due_ = true;
  }
  if (p.state == state_t::probe && p.connected) {
    p.state = state_t::replicate;
    p.transfer.reset();
    replicate_due_ = true;
  }
  p.next = std::max(p.next, p.match + 1);
  maybe_commit();
  if (role_ == role::leader) tell_transfer_target();
}

void machine::core::maybe_commit() {
  if (role_ != role::leader) return;
  auto index = quorum_value<index_t>(durable_, 0, [](const follower_progress& p) { return p.match; });
  if (mutated(mutation::commit_without_majority)) index = durable_;
  // Only entries of the current term are committed by counting replicas; earlier ones are committed with them (Raft
  // 5.4.2).
  if (index > commit_ && (log_.term(index) == hard_.term || mutated(mutation::older_term_by_counting)))
    advance_commit(index);
}

void machine::core::advance_commit(index_t index) {
  PRAETOR_ASSERT(index > commit_ && index <= log_.last());
  auto first_of_term = role_ == role::leader && commit_ < term_start_ && index >= term_start_;
  if (role_ == role::leader) {
    for (auto i = std::max(commit_ + 1, term_start_); i <= index; ++i)
      if (auto e = log_.cached(i)) uncommitted_bytes_ -= std::min(uncommitted_bytes_, e->weight());
    replicate_due_ = true;
  }
  commit_ = index;
  while (!own_ranges_.empty() && own_ranges_.front().range.first <= commit_) {
    if (own_ranges_.front().range.last > commit_) {
      own_ranges_.front().range.first = commit_ + 1;
      break;
    }
    own_ranges_.pop_front();
  }
  auto before = configurations_.front().index;
  while (configurations_.size() > 1 && configurations_[1].index <= commit_) configurations_.pop_front();
  if (first_of_term) {
    for (auto& read : pending_reads_) read.index = commit_;
    start_read_round(false);
    finish_reads();
  }
  if (configurations_.front().index != before) configuration_committed();
}

// ---- follower ------------------------------------------------------------------------------------------------------

void machine::core::on(const message& m, append_request& r) {
  append_result result;
  if (m.term < hard_.term) {
    // Omits the request's round and epoch: its sender may be leader again by now and count them for its current term.
    result.rejected = true;
    result.rejected_prev = r.prev_index;
    return answer(m.from, result);
  }
  result.sent_ns = r.sent_ns;
  result.round = r.round;
  result.epoch = r.epoch;
  if (!leads(m)) return refuse(m, &counters::conflicts, "entries as a second leader of term " + std::to_string(m.term));
  if (auto conflict = contradiction(r); !conflict.empty()) return refuse(m, &counters::conflicts, std::move(conflict));
  heard_from_leader(m);
  lease_token token{m.term, r.epoch};
  if (promise_.to == m.from && promise_.token.term == m.term) token.epoch = std::max(token.epoch, promise_.token.epoch);
  promise_ = {m.from, std::max(promise_.until, now_ + limits_.lease_promise), token};
  result.promise = limits_.lease_promise;

  auto installing = incoming_ && incoming_->installing;
  if (installing || !logs_meet(m, r)) {
    result.rejected = true;
    result.rejected_prev = r.prev_index;
    result.hint_index = installing ? commit_ + 1 : log_.last() + 1;
    if (!installing && r.prev_index <= log_.last()) {
      result.hint_term = *log_.term(r.prev_index);
      result.hint_index = log_.first_of_term_at(r.prev_index, commit_ + 1);
    }
    return answer(m.from, result);
  }
  take_entries(r);
  auto match = r.prev_index + r.entries.size();
  if (auto commit = std::min(r.commit, match); commit > commit_) advance_commit(commit);
  if (r.entries.empty()) {
    // Reports what is durable now instead of waiting for the disk, so that the leader knows that this server is alive.
    result.match = std::min(match, durable_);
    return answer(m.from, result);
  }
  result.match = match;
  if (match <= durable_ || mutated(mutation::append_acknowledged_before_fsync))
    answer(m.from, result);
  else
    send_when_durable(m.from, result);
}

/// The consistency check of AppendEntries (Raft 5.3).
bool machine::core::logs_meet(const message& m, const append_request& r) {
  if (r.prev_index > log_.last()) return false;
  auto term = log_.term(r.prev_index);
  if (r.prev_index <= commit_) return true; // equal to every leader's log, see contradiction
  PRAETOR_ASSERT(term && m.term >= *term);
  return *term == r.prev_term || mutated(mutation::log_matching_unchecked);
}

void machine::core::take_entries(const append_request& r) {
  for (const auto& e : r.entries) {
    if (e->index <= log_.last()) {
      auto term = log_.term(e->index);
      if (e->index <= commit_) continue; // identical, see contradiction
      PRAETOR_ASSERT(term);
      if (*term == e->term) continue;
      truncate(e->index);
    }
    log_.append(e);
    if (e->kind == entry_kind::configuration) set_configuration({e->index, *decode_configuration(e->data)});
  }
}

void machine::core::truncate(index_t from) {
  PRAETOR_ASSERT(from > commit_ && role_ == role::follower);
  log_.truncate(from);
  // A pending acknowledgement may only cover entries that its write leaves on disk. It was addressed to a leader of an
  // older term, which does not need it.
  std::erase_if(held_, [&](const message& m) {
    auto* answer = std::get_if<append_result>(&m.body);
    return answer && !answer->rejected && answer->match >= from;
  });
  if (handed_ >= from) truncate_from_ = std::min(truncate_from_.value_or(from), from);
  handed_ = std::min(handed_, from - 1);
  durable_ = std::min(durable_, from - 1);
  for (auto& w : writes_) w.last = std::min(w.last, from - 1);
  while (configurations_.back().index >= from) {
    PRAETOR_ASSERT(configurations_.size() > 1);
    configurations_.pop_back();
    members_changed_ = true;
  }
  while (!own_ranges_.empty() && own_ranges_.back().range.last >= from) {
    auto& own = own_ranges_.back();
    out_.dropped.push_back({{std::max(own.range.first, from), own.range.last}, own.term});
    if (own.range.first < from) {
      own.range.last = from - 1;
      break;
    }
    own_ranges_.pop_back();
  }
}

} // namespace praetor::raft
