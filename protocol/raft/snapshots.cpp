#include "protocol/raft/core.hpp"

namespace praetor::raft {

// ---- leader --------------------------------------------------------------------------------------------------------

void machine::core::start_snapshot(follower_progress& p) {
  if (!snapshot_ || snapshot_->index < p.next) {
    // No snapshot yet: heartbeats continue, and the next rejection retries.
    p.to_probe(p.next);
    p.probe_sent = true;
    return;
  }
  p.to_probe(p.next);
  p.state = state_t::snapshot;
  p.transfer.emplace();
  p.transfer->meta = *snapshot_;
  offer_snapshot(p);
}

/// Sends an empty chunk: the follower answers with its progress on this snapshot.
void machine::core::offer_snapshot(follower_progress& p) {
  auto& t = *p.transfer;
  t.step = snapshot_transfer::step_t::offered;
  t.sent_at = now_;
  t.data.clear();
  send(p.who, snapshot_request{t.meta, 0, {}, false});
}

/// A message was lost, or the follower is still installing: ask for its progress again.
void machine::core::resend_snapshot(follower_progress& p) {
  if (p.state == state_t::probe && p.probe_sent && p.connected && p.next < log_.first()) start_snapshot(p);
  if (!p.transfer || !p.connected || now_ - p.transfer->sent_at < limits_.election_timeout) return;
  offer_snapshot(p);
}

void machine::core::on(const message& m, const snapshot_result& r) {
  if (m.term > hard_.term) return become_follower(m.term, {});
  if (m.term < hard_.term || role_ != role::leader) return;
  auto* p = find_progress(m.from);
  if (!p) return;
  p->last_contact = now_;
  if (!p->transfer || p->transfer->meta.id != r.id || r.offset > p->transfer->meta.size) return;
  auto& t = *p->transfer;
  if (r.installed) {
    p->match = std::max(p->match, t.meta.index);
    p->to_probe(p->match + 1);
    ++count_.snapshots_sent;
    replicate_due_ = true;
    maybe_commit();
    return;
  }
  using step_t = snapshot_transfer::step_t;
  if (t.step == step_t::reading) return;
  if (t.step == step_t::sent && r.offset == t.offset) return; // a duplicate of the answer that requested this chunk
  if (t.step == step_t::sent && t.done && r.offset == t.meta.size) {
    t.sent_at = now_; // complete, being installed
    return;
  }
  t.step = step_t::reading;
  t.offset = r.offset;
  t.sent_at = now_;
  out_.chunk_requests.push_back({p->who, t.meta.id, t.offset, limits_.snapshot_chunk});
}

follower_progress* machine::core::transfer_of(const chunk_request& request) {
  if (role_ != role::leader) return nullptr;
  auto* p = find_progress(request.peer);
  if (!p || !p->transfer || p->transfer->step != snapshot_transfer::step_t::reading) return nullptr;
  return p->transfer->meta.id == request.snapshot && p->transfer->offset == request.offset ? p : nullptr;
}

void machine::core::snapshot_chunk_read(const chunk_request& request, std::string&& data, bool done, time_point now) {
  advance(now);
  auto* p = transfer_of(request);
  if (!p) return;
  auto& t = *p->transfer;
  PRAETOR_ASSERT(data.size() <= t.meta.size - t.offset && done == (t.offset + data.size() == t.meta.size));
  t.step = snapshot_transfer::step_t::sent;
  t.done = done;
  t.sent_at = now_;
  send(p->who, snapshot_request{t.meta, t.offset, std::move(data), done});
}

void machine::core::snapshot_chunk_missing(const chunk_request& request, time_point now) {
  advance(now);
  auto* p = transfer_of(request);
  if (!p) return;
  if (snapshot_ && snapshot_->id != request.snapshot) return start_snapshot(*p);
  p->to_probe(p->next);
  p->probe_sent = true;
}

void machine::core::snapshot_written(const snapshot_meta& meta) {
  PRAETOR_ASSERT(meta.index <= applied_ && meta.index > 0 && !meta.id.empty());
  if (!snapshot_ || meta.index >= snapshot_->index) snapshot_ = meta;
}

void machine::core::compacted(index_t index, term_t term) {
  PRAETOR_ASSERT(snapshot_ && index <= snapshot_->index && index <= applied_ && index <= durable_);
  auto known = log_.term(index);
  PRAETOR_ASSERT(!known || *known == term);
  log_.compact(index, term);
}

// ---- follower ------------------------------------------------------------------------------------------------------

void machine::core::on(const message& m, snapshot_request& r) {
  if (m.term < hard_.term) return answer(m.from, snapshot_result{r.meta.id, 0, false});
  if (!leads(m))
    return refuse(m, &counters::conflicts, "a snapshot as a second leader of term " + std::to_string(m.term));
  if (auto conflict = contradiction(r.meta); !conflict.empty())
    return refuse(m, &counters::conflicts, std::move(conflict));
  heard_from_leader(m);
  if (r.meta.index <= commit_) return answer(m.from, snapshot_result{r.meta.id, r.meta.size, true});
  if (incoming_ && incoming_->installing) {
    incoming_->from = m.from;
    if (incoming_->meta.id == r.meta.id) answer(m.from, snapshot_result{r.meta.id, r.meta.size, false});
    return;
  }
  if (!incoming_ || incoming_->meta != r.meta) {
    // Wait until the chunk of the other snapshot is stored: its report must not be taken for one of this snapshot. The
    // leader offers it again.
    if (incoming_ && incoming_->storing) return answer(m.from, snapshot_result{r.meta.id, 0, false});
    incoming_ = incoming_snapshot{r.meta, m.from, 0, false, false};
  }
  auto& s = *incoming_;
  s.from = m.from;
  if (s.storing) return; // the answer follows when the chunk is stored
  auto is_offer = r.data.empty() && !r.done;
  if (is_offer || r.offset != s.stored) return answer(m.from, snapshot_result{r.meta.id, s.stored, false});
  s.storing = true;
  s.installing = r.done;
  out_.chunks.push_back({s.meta, r.offset, std::move(r.data), r.done});
}

void machine::core::snapshot_chunk_stored(const std::string& id, std::uint64_t size, time_point now) {
  advance(now);
  if (!incoming_ || incoming_->meta.id != id || !incoming_->storing) return;
  PRAETOR_ASSERT(size >= incoming_->stored && size <= incoming_->meta.size);
  incoming_->stored = size;
  incoming_->storing = false;
  answer(incoming_->from, snapshot_result{id, size, false});
}

void machine::core::snapshot_failed(const std::string& id, time_point now) {
  advance(now);
  if (incoming_ && incoming_->meta.id == id) incoming_.reset();
}

void machine::core::snapshot_installed(const snapshot_meta& meta, time_point now) {
  advance(now);
  PRAETOR_ASSERT(incoming_ && incoming_->installing && incoming_->meta.id == meta.id);
  auto from = incoming_->from;
  incoming_.reset();
  // The state has been replaced. A leader's log holds all committed entries, so this server can't continue to lead.
  if (role_ == role::leader) become_follower(hard_.term, {});
  PRAETOR_ASSERT(meta.index > applied_);
  snapshot_ = meta;
  log_.raise_time(meta.time_ns);
  applied_ = apply_sent_ = meta.index;
  applying_.clear();
  applying_bytes_ = 0;
  if (meta.index > commit_) {
    if (log_.term(meta.index) == meta.term) {
      advance_commit(meta.index); // the log continues from here
    } else {
      reset_ = log_reset{meta.index, meta.term};
      truncate_from_.reset();
      log_.reset(meta.index, meta.term);
      handed_ = durable_ = commit_ = meta.index;
      for (auto& w : writes_) w.last = 0;
      own_ranges_.clear();
      configurations_.assign(1, meta.members);
      members_changed_ = true;
    }
  }
  send_when_durable(from, snapshot_result{meta.id, meta.size, true});
}

} // namespace praetor::raft
