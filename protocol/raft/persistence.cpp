#include "protocol/raft/core.hpp"

#include "protocol/mutation.hpp"

namespace praetor::raft {

void machine::core::restore(const initial_state& state, time_point now) {
  advance(now);
  PRAETOR_ASSERT(write_ == 0 && hard_.term == 0 && log_.last() == 0);
  hard_ = state.state;
  log_.restore(state.first_index, state.last_index, state.before_first_term);
  if (state.snapshot) {
    const auto& s = *state.snapshot;
    PRAETOR_ASSERT(state.first_index <= s.index + 1); // no gap between snapshot and log
    auto continues = s.index >= state.first_index - 1 && s.index <= state.last_index &&
                     (s.index < state.first_index || log_.term(s.index) == s.term);
    if (!continues) {
      // The process died between installing the snapshot and discarding the log before it.
      reset_ = log_reset{s.index, s.term};
      log_.reset(s.index, s.term);
    } else if (s.index + 1 == state.first_index) {
      log_.compact_term(s.term);
    }
    // Entries are applied once a majority has them, so a snapshot may be durable before this server has written their
    // term. It has neither voted nor acknowledged anything in that term then.
    if (s.term > hard_.term) {
      hard_ = {s.term, {}};
      hard_dirty_ = true;
    }
    snapshot_ = s;
    log_.raise_time(s.time_ns);
    commit_ = applied_ = apply_sent_ = s.index;
    if (mutated(mutation::apply_twice_after_restart) && continues && s.index >= state.first_index)
      --apply_sent_, --applied_;
    configurations_.assign(1, s.members);
  } else {
    PRAETOR_ASSERT(state.first_index == 1);
  }
  for (const auto& c : state.configurations)
    if (c.index > configurations_.back().index && c.index > commit_ && c.index <= log_.last())
      configurations_.push_back(c);
  PRAETOR_ASSERT(hard_.term >= log_.last_term());
  handed_ = durable_ = log_.last();
  members_changed_ = true;
  // Promises made before the restart are unknown, so no one gets a vote until the longest one has expired. A sole voter
  // has made no lease promise that others rely on.
  if (hard_.term > 0 && !is_sole_voter() && !mutated(mutation::restarted_voter_votes_at_once))
    promise_ = {{}, now_ + limits_.lease_promise, {~term_t{0}, 0}};
  reset_election_deadline();
  if (is_sole_voter()) election_deadline_ = now_;
}

bool machine::core::bootstrap(const configuration& members, time_point now) {
  advance(now);
  if (hard_.term != 0 || log_.last() != 0 || commit_ != 0 || snapshot_) return false;
  PRAETOR_ASSERT(members.find(own_) && members.voter_count() > 0);
  auto sorted = members;
  std::sort(sorted.servers.begin(), sorted.servers.end(),
            [](const server& a, const server& b) { return a.who.id < b.who.id; });
  hard_ = {1, {}};
  hard_dirty_ = true;
  // No timestamp: every server must create the same entry.
  log_.append(std::make_shared<const entry>(entry{1, 1, entry_kind::configuration, 0, encode(sorted)}));
  set_configuration({1, std::move(sorted)});
  reset_election_deadline();
  if (is_sole_voter()) election_deadline_ = now_;
  return true;
}

// ---- results of writes ---------------------------------------------------------------------------------------------

void machine::core::log_written(std::uint64_t write, time_point now) {
  advance(now);
  PRAETOR_ASSERT(write <= write_);
  auto any = false;
  while (!writes_.empty() && writes_.front().number <= write) {
    durable_write_ = writes_.front().number;
    durable_ = std::max(durable_, writes_.front().last);
    writes_.pop_front();
    any = true;
  }
  if (!any) return;
  PRAETOR_ASSERT(durable_ <= log_.last());
  stalled_ = false;
  if (write_failed_) {
    write_failed_ = false;
    if (role_ != role::leader && is_sole_voter()) election_deadline_ = now_;
  }
  count_own_vote();
  maybe_commit();
}

void machine::core::log_failed(time_point now) {
  advance(now);
  failed_term_ = hard_.term;
  write_failed_ = true;
  write_again_at_ = now_ + limits_.heartbeat_interval;
  // Writes that were issued and not reported back may or may not be on disk: write the same again. No other entry ever
  // takes the place of one of these in this term.
  for (const auto& w : writes_)
    if (w.reset) reset_ = w.reset;
  writes_.clear();
  hard_dirty_ = true;
  if (!reset_) truncate_from_ = durable_ + 1;
  handed_ = durable_;
  if (role_ == role::leader)
    hand_over();
  else if (role_ != role::follower)
    become_follower(hard_.term, {});
}

void machine::core::disk_stalled(time_point now) {
  advance(now);
  if (is_sole_voter()) return; // no other server could do better
  stalled_ = !writes_.empty();
  if (role_ == role::leader)
    hand_over();
  else if (role_ != role::follower)
    become_follower(hard_.term, {});
}

void machine::core::applied(index_t index) {
  PRAETOR_ASSERT(index <= apply_sent_);
  applied_ = std::max(applied_, index);
  while (!applying_.empty() && applying_.front().first <= index) {
    applying_bytes_ -= applying_.front().second;
    applying_.pop_front();
  }
}

// ---- output --------------------------------------------------------------------------------------------------------

bool machine::core::has_something_to_write() const {
  return may_write() && (hard_dirty_ || reset_ || truncate_from_ || handed_ < log_.last());
}

void machine::core::fill_write(output& out) {
  if (!has_something_to_write()) return;
  out.must_write = true;
  ++write_;
  if (hard_dirty_) {
    out.state = hard_;
    hard_dirty_ = false;
    hard_write_ = write_;
  }
  write_record record{write_, 0, reset_, now_};
  out.reset = std::exchange(reset_, std::nullopt);
  out.truncate_from = std::exchange(truncate_from_, std::nullopt);
  out.entries.reserve(log_.last() - handed_);
  while (handed_ < log_.last()) {
    out.entries.push_back(log_.cached(++handed_));
    PRAETOR_ASSERT(out.entries.back());
  }
  record.last = handed_;
  writes_.push_back(std::move(record));
}

bool machine::core::can_apply() const {
  return apply_sent_ < commit_ && !(incoming_ && incoming_->installing) && applying_bytes_ < limits_.max_apply_bytes;
}

void machine::core::fill_apply(output& out) {
  if (!can_apply()) return;
  out.apply = log_.read(apply_sent_ + 1, commit_, limits_.max_apply_bytes - applying_bytes_, ~std::size_t{0});
  PRAETOR_ASSERT(!out.apply.empty() && out.apply.front()->index == apply_sent_ + 1); // committed entries are always
                                                                                     // readable
  apply_sent_ = out.apply.back()->index;
  for (const auto& e : out.apply) {
    applying_bytes_ += e->weight();
    applying_.push_back({e->index, e->weight()});
  }
}

bool machine::core::has_output() const {
  const auto& o = out_;
  return replicate_due_ || members_changed_ || has_something_to_write() || can_apply() ||
         (!held_.empty() && may_write()) || reported_ != current_leadership() || !o.messages.empty() ||
         !o.reads.empty() || !o.failed_reads.empty() || !o.dropped.empty() || o.transfer || !o.chunk_requests.empty() ||
         !o.chunks.empty();
}

output machine::core::take_output(time_point now) {
  advance(now);
  if (role_ == role::leader && replicate_due_) replicate();
  auto out = std::exchange(out_, {});
  if (auto current = current_leadership(); reported_ != current) out.leadership = reported_ = current;
  if (std::exchange(members_changed_, false)) out.members = members();
  fill_write(out);
  if (writes_.empty() && !write_failed_) {
    for (auto& m : held_) out.messages.push_back(std::move(m));
    held_.clear();
  } else if (may_write()) {
    out.messages_when_durable = std::exchange(held_, {});
  }
  out.write = write_;
  fill_apply(out);
  out.commit = commit_;
  PRAETOR_ASSERT(applied_ <= apply_sent_ && apply_sent_ <= commit_ && commit_ <= log_.last());
  PRAETOR_ASSERT(durable_ <= handed_ && handed_ <= log_.last());
  log_.evict(std::min(durable_, apply_sent_), limits_.cache_bytes);
  return out;
}

} // namespace praetor::raft
