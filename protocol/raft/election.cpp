#include <tuple>

#include "protocol/raft/core.hpp"

#include "protocol/mutation.hpp"

namespace praetor::raft {

bool machine::core::knows_leader() const {
  if (role_ == role::leader) return true;
  return !leader_.empty() && now_ < leader_heard_ + limits_.election_timeout;
}

/// A promise binds until it expires, unless its leader gave up that lease (or a later one) by a transfer. An aborted
/// transfer starts a new epoch, so a late message of the old epoch does not release the new promises.
bool machine::core::promise_allows(const identity& candidate, const lease_token& token) const {
  if (now_ >= promise_.until || promise_.to == candidate) return true;
  if (token.term != promise_.token.term) return token.term > promise_.token.term;
  return token.epoch >= promise_.token.epoch;
}

/// The candidate's log is at least as up-to-date as the local one (Raft 5.4.1).
bool machine::core::is_up_to_date(const vote_request& r) const {
  if (r.last_term != log_.last_term()) return r.last_term > log_.last_term();
  return r.last_index >= log_.last();
}

/// Random timeouts make split votes rare (Raft 5.2).
void machine::core::reset_election_deadline() {
  election_deadline_ = now_ + limits_.election_timeout + jitter(limits_.election_timeout);
}

/// A server removed by a configuration that is not known to be committed still campaigns: it may hold the only log that
/// can win (Raft dissertation 4.2.2). Its own vote does not count then.
bool machine::core::may_campaign() const {
  auto voted = std::any_of(configurations_.begin(), configurations_.end(),
                           [this](const indexed_configuration& c) { return c.value.is_voter(own_); });
  return voted && !shut_down_ && !stalled_ && !write_failed_;
}

void machine::core::election_deadline_passed() {
  PRAETOR_ASSERT(role_ != role::leader);
  reset_election_deadline();
  if (!may_campaign()) {
    if (!knows_leader()) leader_ = {};
    return;
  }
  if (!promise_allows(own_, {})) {
    election_deadline_ = promise_.until + jitter(limits_.reconnect_jitter);
    return;
  }
  if (is_sole_voter())
    campaign({});
  else
    start_pre_vote();
}

/// PreVote (Raft dissertation 9.6): a server that can't win does not raise the term.
void machine::core::start_pre_vote() {
  role_ = role::pre_candidate;
  leader_ = {};
  votes_.clear();
  for (const auto& s : members().value.servers) {
    if (!s.voter || s.who == own_) continue;
    out_.messages.push_back(
        {own_, s.who, hard_.term + 1, vote_request{true, log_.last(), log_.last_term(), lease_token{}}});
  }
  count_vote(own_, true);
}

void machine::core::campaign(const lease_token& token) {
  PRAETOR_ASSERT(role_ != role::leader && may_campaign());
  PRAETOR_ASSERT(promise_allows(own_, token));
  ++count_.elections;
  role_ = role::candidate;
  leader_ = {};
  votes_.clear();
  hard_ = {hard_.term + 1, own_};
  hard_dirty_ = true;
  reset_election_deadline();
  for (const auto& s : members().value.servers)
    if (s.voter && s.who != own_) send_when_durable(s.who, vote_request{false, log_.last(), log_.last_term(), token});
  // The own vote counts once it is durable (log_written).
}

void machine::core::count_own_vote() {
  if (role_ == role::candidate && hard_state_durable() && hard_.voted_for == own_) count_vote(own_, true);
}

void machine::core::count_vote(const identity& voter, bool granted) {
  votes_[voter] = granted;
  std::size_t yes = 0, no = 0;
  for (const auto& [who, vote] : votes_)
    if (members().value.is_voter(who)) ++(vote ? yes : no);
  if (yes >= quorum()) {
    // Other voters may form a majority before the own vote is durable, but the leader's term must be durable.
    if (role_ == role::pre_candidate) {
      // A snapshot installed meanwhile may have removed this server's vote.
      if (may_campaign() && promise_allows(own_, {}))
        campaign({});
      else
        become_follower(hard_.term, {});
    } else if (hard_state_durable())
      become_leader();
    return;
  }
  if (role_ == role::candidate && no > members().value.voter_count() - quorum()) {
    // Lost, most likely a split vote: retry without waiting for the full election timeout.
    become_follower(hard_.term, {});
    auto soon = std::max(now_, promise_.until) + limits_.reconnect_jitter + jitter(limits_.reconnect_jitter);
    election_deadline_ = std::min(election_deadline_, soon);
  }
}

void machine::core::become_leader() {
  PRAETOR_ASSERT(role_ == role::candidate && hard_.voted_for == own_ && hard_state_durable());
  PRAETOR_ASSERT(hard_.term > failed_term_);
  role_ = role::leader;
  leader_ = own_;
  leader_of_term_ = {hard_.term, own_};
  votes_.clear();
  epoch_ = 1;
  round_ = 0;
  uncommitted_bytes_ = 0;
  election_deadline_ = time_point::max();
  progress_.clear();
  sync_progress();
  heartbeat_at_ = now_ + limits_.heartbeat_interval;
  term_start_ = log_.last() + 1;
  // The new leader commits an entry of its own term at once (Raft 8).
  append_own(entry_kind::barrier, {}, 0);
}

void machine::core::on(const message& m, const vote_request& r) {
  vote_result refused{r.pre_vote, false, m.term, std::chrono::nanoseconds(0)};
  if (m.term < hard_.term || (r.pre_vote && m.term == hard_.term)) return answer(m.from, refused);

  auto named = r.token.term != 0 && r.token.term + 1 == m.term && !r.pre_vote;
  auto token = named ? r.token : lease_token{};
  if (role_ == role::leader && named && token.term == hard_.term && token.epoch == epoch_ && transfer_) {
    // The candidate is the successor that this leader named when it gave up its lease.
  } else if (!promise_allows(m.from, token) ||
             (knows_leader() && leader_ != m.from && (!named || role_ == role::leader))) {
    // A promise binds, and a server that hears its leader grants no votes (Raft dissertation 4.2.3).
    if (promise_.until > now_) refused.promise_left = promise_.until - now_;
    return answer(m.from, refused);
  }

  if (r.pre_vote) {
    vote_result granted = refused;
    granted.granted = is_up_to_date(r);
    return answer(m.from, granted);
  }
  if (m.term > hard_.term) become_follower(m.term, {});
  if (!is_up_to_date(r) || !(hard_.voted_for.empty() || hard_.voted_for == m.from) || role_ == role::leader)
    return answer(m.from, refused);
  // One vote per term, durable before the answer (Raft 5.2).
  if (hard_.voted_for.empty()) {
    hard_.voted_for = m.from;
    hard_dirty_ = true;
  }
  reset_election_deadline();
  vote_result granted{false, true, m.term, std::chrono::nanoseconds(0)};
  if (mutated(mutation::vote_before_fsync)) return send(m.from, granted);
  send_when_durable(m.from, granted);
}

void machine::core::on(const message& m, const vote_result& r) {
  if (m.term > hard_.term) return become_follower(m.term, {});
  if (!members().value.is_voter(m.from)) return;
  auto awaited = r.pre_vote ? role_ == role::pre_candidate && r.asked_term == hard_.term + 1
                            : role_ == role::candidate && r.asked_term == hard_.term;
  if (!awaited) return;
  if (!r.granted && r.promise_left > std::chrono::nanoseconds(0)) {
    auto again = now_ + std::min<duration>(r.promise_left, limits_.election_timeout);
    election_deadline_ = std::min(election_deadline_, again + jitter(limits_.reconnect_jitter));
  }
  count_vote(m.from, r.granted);
}

void machine::core::on(const message& m, const timeout_now& r) {
  if (m.term != hard_.term || role_ != role::follower || (leader_ != m.from && promise_.to != m.from)) return;
  if (r.token.term != hard_.term || !promise_allows(own_, r.token) || !may_campaign()) return;
  campaign(r.token);
}

// ---- leadership transfer (Raft dissertation 3.10) ------------------------------------------------------------------

result<identity> machine::core::transfer_leadership(const std::optional<std::string>& target, time_point now) {
  advance(now);
  if (role_ != role::leader) return tl::unexpected(refusal::not_leader);
  if (transfer_) return tl::unexpected(refusal::transferring);
  const follower_progress* best = nullptr;
  if (target) {
    auto* member = members().value.find(*target);
    if (!member) return tl::unexpected(refusal::unknown_server);
    if (!member->voter) return tl::unexpected(refusal::not_a_voter);
    if (member->who == own_) return tl::unexpected(refusal::nothing_to_do);
    best = find_progress(member->who);
  } else {
    for (const auto& [id, p] : progress_) {
      if (!members().value.is_voter(p.who)) continue;
      auto rank = [](const follower_progress& f) { return std::tuple(f.connected, f.match, f.last_contact); };
      if (!best || rank(p) > rank(*best)) best = &p;
    }
  }
  if (!best) return tl::unexpected(refusal::not_a_voter);
  transfer_ = transfer_state{best->who, now_ + limits_.election_timeout};
  tell_transfer_target();
  replicate_due_ = true;
  return best->who;
}

void machine::core::tell_transfer_target() {
  if (!transfer_ || transfer_->told) return;
  auto* p = find_progress(transfer_->target);
  if (!p || p->match < log_.last()) return;
  transfer_->told = true;
  send(p->who, timeout_now{{hard_.term, epoch_}});
}

void machine::core::tick_transfer() {
  if (!transfer_) return;
  auto* p = find_progress(transfer_->target);
  if (now_ < transfer_->deadline && p && members().value.is_voter(p->who)) {
    transfer_->told = false; // the message may have been lost
    return tell_transfer_target();
  }
  // Aborted. A late successor may override promises of the old epoch, so they no longer count for the lease.
  transfer_.reset();
  out_.transfer = false;
  ++epoch_;
  for (auto& [id, other] : progress_) other.promise_until.reset();
  request_heartbeats();
}

/// Names the most up-to-date voter as successor and steps down at once.
void machine::core::hand_over() {
  PRAETOR_ASSERT(role_ == role::leader);
  const follower_progress* best = nullptr;
  for (const auto& [id, p] : progress_)
    if (p.connected && members().value.is_voter(p.who) && (!best || p.match > best->match)) best = &p;
  replicate(); // sends the log's entries first
  if (best) send(best->who, timeout_now{{hard_.term, epoch_}});
  become_follower(hard_.term, {});
}

} // namespace praetor::raft
