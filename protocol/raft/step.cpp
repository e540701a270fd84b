#include "protocol/raft/core.hpp"

#include "protocol/mutation.hpp"

namespace praetor::raft {

machine::core::core(identity own, settings limits, const log_view& disk, std::mt19937_64& random)
    : own_(std::move(own)), limits_(limits), random_(&random), log_(disk) {
  PRAETOR_ASSERT(!own_.empty() && !own_.storage.empty());
  configure(limits);
}

void machine::core::configure(const settings& limits) {
  // A promise longer than the election timeout would let a server campaign while its own promise still binds it.
  PRAETOR_ASSERT(limits.lease_promise <= limits.election_timeout);
  PRAETOR_ASSERT(limits.heartbeat_interval < limits.election_timeout);
  PRAETOR_ASSERT(limits.snapshot_chunk > 0 && limits.max_in_flight_messages > 0 && limits.max_append_entries > 0);
  limits_ = limits;
}

void machine::core::step(message&& m, time_point now) {
  advance(now);
  if (auto fault = fault_of(m); !fault.empty()) return refuse(m, nullptr, std::move(fault));
  if (!may_say(m))
    return refuse(m, &counters::strangers, "a message that no server outside the configuration may send");
  std::visit([&](auto& body) { on(m, body); }, m.body);
}

void machine::core::send(const identity& to, message_body body) {
  out_.messages.push_back({own_, to, hard_.term, std::move(body)});
}

void machine::core::send_when_durable(const identity& to, message_body body) {
  held_.push_back({own_, to, hard_.term, std::move(body)});
}

void machine::core::answer(const identity& to, message_body body) {
  if (hard_state_durable())
    send(to, std::move(body));
  else
    send_when_durable(to, std::move(body));
}

/// A newer term has no vote yet (Raft 5.1).
void machine::core::adopt_term(term_t term) {
  PRAETOR_ASSERT(term >= hard_.term);
  if (term == hard_.term) return;
  hard_ = {term, {}};
  hard_dirty_ = true;
}

void machine::core::become_follower(term_t term, const identity& leader) {
  if (role_ == role::leader) {
    // Readers may still rely on the published lease, so this server stays out of elections until the lease ends.
    if (auto lease = quorum_promise(); lease && *lease != time_point::max() && *lease > promise_.until)
      promise_ = {own_, *lease, {hard_.term, epoch_}};
    fail_reads();
    if (transfer_) out_.transfer = term > hard_.term;
    transfer_.reset();
    progress_.clear();
    heartbeat_at_ = time_point::max();
    uncommitted_bytes_ = 0;
    replicate_due_ = false;
  }
  adopt_term(term);
  if (role_ != role::follower) reset_election_deadline();
  role_ = role::follower;
  votes_.clear();
  leader_ = leader;
}

void machine::core::heard_from_leader(const message& m) {
  PRAETOR_ASSERT(m.term >= hard_.term && leads(m));
  if (m.term > hard_.term || role_ != role::follower || leader_ != m.from) become_follower(m.term, m.from);
  leader_of_term_ = {m.term, m.from};
  leader_heard_ = now_;
  reset_election_deadline();
}

duration machine::core::jitter(duration limit) {
  if (limit <= duration::zero()) return duration::zero();
  // Not std::uniform_int_distribution: its results differ between standard libraries, and a seed must give the same run
  // everywhere.
  return duration((*random_)() % static_cast<std::uint64_t>(limit.count()));
}

void machine::core::tick(time_point now) {
  advance(now);
  if (!writes_.empty() && now_ - writes_.front().issued >= limits_.disk_stall && !stalled_) disk_stalled(now);
  if (role_ == role::leader)
    tick_leader();
  else if (now_ >= election_deadline_)
    election_deadline_passed();
}

time_point machine::core::next_deadline() const {
  auto result = time_point::max();
  auto consider = [&](time_point t) { result = std::min(result, t); };
  if (write_failed_ && writes_.empty()) consider(std::max(write_again_at_, now_));
  if (!writes_.empty() && !stalled_ && !is_sole_voter()) consider(writes_.front().issued + limits_.disk_stall);
  if (role_ != role::leader) {
    consider(election_deadline_);
    return result;
  }
  if (!progress_.empty()) consider(heartbeat_at_);
  if (!is_sole_voter()) consider(quorum_contact() + limits_.quorum_timeout);
  if (transfer_) consider(transfer_->deadline);
  return result;
}

void machine::core::connection_lost(const std::string& id, time_point now) {
  advance(now);
  if (role_ == role::leader) {
    auto i = progress_.find(id);
    if (i == progress_.end()) return;
    auto& p = i->second;
    p.connected = false;
    if (p.state == state_t::replicate) p.to_probe(p.match + 1);
    p.probe_sent = true; // only heartbeats until it answers
    return;
  }
  if (role_ != role::follower || leader_.id != id) return;
  leader_ = {};
  if (mutated(mutation::promise_broken_by_reset)) promise_ = {};
  auto start = std::max(now_, promise_.until) + jitter(limits_.reconnect_jitter);
  election_deadline_ = std::min(election_deadline_, start);
}

void machine::core::connection_restored(const std::string& id, time_point now) {
  advance(now);
  auto i = progress_.find(id);
  if (i == progress_.end()) return;
  auto& p = i->second;
  p.connected = true;
  p.probe_sent = false;
  p.heartbeat_due = true;
  if (p.transfer) offer_snapshot(p);
  replicate_due_ = true;
}

void machine::core::shut_down(time_point now) {
  advance(now);
  shut_down_ = true;
  if (role_ == role::leader)
    hand_over();
  else if (role_ != role::follower)
    become_follower(hard_.term, {});
}

follower_progress* machine::core::find_progress(const identity& who) {
  auto i = progress_.find(who.id);
  return i != progress_.end() && i->second.who == who ? &i->second : nullptr;
}

time_point machine::core::last_contact(time_point now) const {
  if (role_ != role::leader) return leader_heard_;
  return is_sole_voter() ? std::max(now, now_) : quorum_contact();
}

std::vector<peer_status> machine::core::peers() const {
  std::vector<peer_status> result;
  for (const auto& s : members().value.servers) {
    auto i = progress_.find(s.who.id);
    if (i == progress_.end() || i->second.who != s.who) continue;
    const auto& p = i->second;
    result.push_back({s, p.match, p.next, p.last_contact, p.connected, p.state == state_t::snapshot});
  }
  return result;
}

} // namespace praetor::raft
