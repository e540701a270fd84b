#include "protocol/raft/core.hpp"

#include "protocol/mutation.hpp"

namespace praetor::raft {

machine::core::core(identity own, settings limits, const log_view& disk, std::mt19937_64& random)
    : own_(std::move(own)), limits_(limits), random_(&random), log_(disk) {
  PRAETOR_ASSERT(!own_.empty() && !own_.storage.empty());
  configure(limits);
}

void machine::core::configure(const settings& limits) {
  // A promise that outlives the patience of followers would let one vote for itself inside its own promise's time.
  PRAETOR_ASSERT(limits.lease_promise <= limits.election_timeout);
  PRAETOR_ASSERT(limits.heartbeat_interval < limits.election_timeout);
  PRAETOR_ASSERT(limits.snapshot_chunk > 0 && limits.max_in_flight_messages > 0 && limits.max_append_entries > 0);
  limits_ = limits;
}

namespace {

bool consecutive(const append_request& r, term_t term) {
  auto index = r.prev_index;
  auto last_term = r.prev_term;
  for (const auto& e : r.entries) {
    if (!e || e->index != ++index || e->term < last_term || e->term > term || e->term == 0) return false;
    if (e->kind > entry_kind::configuration) return false;
    last_term = e->term;
    if (e->kind == entry_kind::configuration && !decode_configuration(e->data)) return false;
  }
  return r.prev_term <= term;
}

bool fits(const snapshot_request& r) {
  auto size = r.meta.size;
  if (r.meta.index == 0 || r.meta.term == 0 || r.offset > size || r.data.size() > size - r.offset) return false;
  return r.done == (r.offset + r.data.size() == size && (r.done || !r.data.empty()));
}

} // namespace

bool machine::core::well_formed(const message& m) const {
  if (m.from.empty() || m.from.storage.empty() || m.from.id == own_.id || m.to != own_) return false;
  if (auto* append = std::get_if<append_request>(&m.body)) return m.term > 0 && consecutive(*append, m.term);
  if (auto* piece = std::get_if<snapshot_request>(&m.body)) return m.term > 0 && fits(*piece);
  return true;
}

void machine::core::step(message&& m, time_point now) {
  advance(now);
  // Requests are taken from anyone whose gateway let them through: the own configuration may be behind the sender's.
  // Answers count only from members.
  auto is_answer = std::holds_alternative<vote_result>(m.body) || std::holds_alternative<append_result>(m.body) ||
                   std::holds_alternative<snapshot_result>(m.body);
  if (!well_formed(m) || (is_answer && !members().value.find(m.from) && !find_progress(m.from))) {
    ++count_.ignored_messages;
    return;
  }
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

void machine::core::adopt_term(term_t term) {
  PRAETOR_ASSERT(term >= hard_.term);
  if (term == hard_.term) return;
  hard_ = {term, {}};
  hard_dirty_ = true;
}

void machine::core::become_follower(term_t term, const identity& leader) {
  if (role_ == role::leader) {
    // A reader may still look at the lease that was published; so this server keeps out of elections until it ends.
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
  PRAETOR_ASSERT(m.term >= hard_.term);
  // Two leaders in one term: somebody voted twice.
  PRAETOR_ASSERT(!(m.term == hard_.term && role_ == role::leader));
  if (m.term > hard_.term || role_ != role::follower || leader_.empty()) become_follower(m.term, m.from);
  PRAETOR_ASSERT(leader_ == m.from);
  leader_heard_ = now_;
  reset_election_deadline();
}

duration machine::core::jitter(duration limit) {
  if (limit <= duration::zero()) return duration::zero();
  // Not std::uniform_int_distribution: its results differ between standard libraries, and a seed is to mean one run.
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
    p.probe_sent = true; // nothing but heartbeats until something answers
    return;
  }
  if (role_ != role::follower || leader_.id != id) return;
  leader_ = {};
  if (mutated("promise_broken_by_reset")) promise_ = {};
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
