#include "protocol/swim/core.hpp"

/// Failure detection: probes one node after the other, first directly, then through other members and over a stream at
/// the same time (SWIM 3.1; the stream is memberlist's).
namespace praetor::swim {

namespace {

constexpr std::size_t most_favours = 4096;
// The first protocol versions that answer stream pings and send nacks.
constexpr std::uint8_t stream_ping_version = 3, nack_version = 4;

} // namespace

void machine::core::probe_next() {
  if (probe_) {
    probe_due_ = true;
    return;
  }
  probe_due_ = false;
  if (auto* target = next_target()) start_probe(*target);
}

/// The next live node of the ring (SWIM 4.3); nothing if a whole round has none.
machine::core::node* machine::core::next_target() {
  for (auto tries = ring_.size() + 1; tries > 0; --tries) {
    if (ring_at_ >= ring_.size()) renew_ring();
    if (ring_.empty()) return nullptr;
    auto* n = ring_[ring_at_++];
    if (!is_own(n->is.name) && !n->gone()) return n;
  }
  return nullptr;
}

/// After each round, drops nodes that have been dead for long and shuffles the others (SWIM 4.3).
void machine::core::renew_ring() {
  ring_at_ = 0;
  std::erase_if(ring_, [&](const node* n) {
    bool expired = n->gone() && !is_own(n->is.name) && now_ - n->changed > limits_.gossip_to_the_dead;
    if (expired) nodes_.erase(std::string(n->is.name));
    return expired;
  });
  shuffle(ring_, *random_);
}

void machine::core::start_probe(const node& target) {
  ++count_.probes;
  probe p;
  p.sequence = next_sequence_++;
  p.target = target.is.name;
  p.sent = now_;
  // A worse health score lengthens the probe interval (Lifeguard, LHA Probe).
  p.deadline = now_ + limits_.probe_interval * static_cast<int>(health_ + 1);
  ping question{p.sequence, p.target, own_name_};
  if (target.condition == node_condition::alive) {
    send_with_gossip(target.is.address, question);
  } else {
    // Includes the suspicion, so that the node can refute it at once (Lifeguard, Buddy System).
    suspect doubt{target.is.incarnation, p.target, own_name_};
    send(target.is.address, {encode(message(question)), encode(message(doubt))});
  }
  schedule(now_ + limits_.probe_timeout, {timer::kind_t::probe_timeout, {}, p.sequence});
  schedule(p.deadline, {timer::kind_t::probe_deadline, {}, p.sequence});
  probe_ = std::move(p);
}

/// Indirect probes through other members (SWIM 3.1), and one over a stream (memberlist).
void machine::core::ask_others() {
  auto* target = find_node(probe_->target);
  if (target == nullptr || probe_->deadline <= now_) return;
  auto others = some_nodes(limits_.indirect_checks, [&](const node& n) {
    return n.condition == node_condition::alive && n.is.name != probe_->target;
  });
  for (const auto* n : others) {
    bool nacks = n->is.speaks.protocol_max >= nack_version;
    probe_->nacks_expected += nacks ? 1 : 0;
    send_with_gossip(n->is.address,
                     indirect_ping{probe_->sequence, probe_->target, target->is.address, own_name_, nacks});
  }
  if (limits_.stream_pings && target->is.speaks.protocol_max >= stream_ping_version)
    probe_->stream =
        open_stream({pending_stream::purpose_t::ping, target->is.address, probe_->sequence},
                    encode(stream_message(ping{probe_->sequence, probe_->target, own_name_})), probe_->deadline - now_);
}

void machine::core::give_up_probe() {
  if (probe_->reached_by_stream) {
    note(notice::kind_t::stream_only, probe_->target,
         "member " + probe_->target + " answers over TCP but not over UDP: is its port open for both?");
    return end_probe(-1);
  }
  ++count_.failed_probes;
  // Missing nacks suggest that this node's own connection is bad (Lifeguard, LHA Probe).
  auto missing = probe_->nacks_expected - std::min(probe_->nacks, probe_->nacks_expected);
  auto worse = probe_->nacks_expected > 0 ? static_cast<int>(missing) : 1;
  auto target = probe_->target;
  if (auto* n = find_node(target)) {
    note(notice::kind_t::suspected, target, "member " + target + " does not answer and is suspected to have failed");
    suspect_message({n->is.incarnation, target, own_name_});
  }
  end_probe(worse);
}

void machine::core::end_probe(int health_change) {
  if (probe_->stream != 0) streams_.erase(probe_->stream);
  probe_.reset();
  change_health(health_change);
  if (probe_due_) probe_next();
}

void machine::core::change_health(int by) {
  auto next = static_cast<int>(health_) + by;
  health_ = static_cast<std::size_t>(std::clamp(next, 0, static_cast<int>(limits_.awareness_limit) - 1));
}

/// A direct answer measures the distance to the member.
void machine::core::measured(const std::string& name, const ack& a) {
  if (!limits_.coordinates || !a.place) return;
  auto moved = coordinates_.update(name, *a.place, now_ - probe_->sent, *random_);
  if (!moved) {
    ++count_.coordinate_rejections;
    return note(notice::kind_t::coordinate_refused, name, "coordinate not used: " + moved.error().text);
  }
  places_[name] = *a.place;
}

void machine::core::on(const std::string& from, const ping& p) {
  if (!is_own(p.target)) return;
  ack answer{p.sequence, {}, roster()};
  if (limits_.coordinates) answer.place = coordinates_.own();
  send_answer(from, p.source, answer);
}

void machine::core::on(const std::string& from, const indirect_ping& p) {
  if (relayed_probes_.size() >= most_favours) return;
  auto sequence = next_sequence_++;
  relayed_probes_[sequence] = {p.sequence, from, p.wants_nack};
  schedule(now_ + limits_.probe_timeout, {timer::kind_t::relayed_probe, {}, sequence});
  send_answer(p.address, p.target, ping{sequence, p.target, own_name_});
}

void machine::core::favour_expired(std::uint32_t sequence) {
  auto it = relayed_probes_.find(sequence);
  if (it == relayed_probes_.end()) return;
  auto f = std::move(it->second);
  relayed_probes_.erase(it);
  if (f.wants_nack) send_with_gossip(f.address, nack{f.sequence});
}

void machine::core::on(const std::string&, const ack& a) {
  if (probe_ && probe_->sequence == a.sequence) {
    measured(probe_->target, a);
    if (a.roster) compare_rosters(probe_->target, *a.roster);
    return end_probe(-1);
  }
  auto it = relayed_probes_.find(a.sequence);
  if (it == relayed_probes_.end()) return;
  auto f = std::move(it->second);
  relayed_probes_.erase(it);
  // Omits the coordinate: this indirect round trip does not measure the direct one.
  send_with_gossip(f.address, ack{f.sequence, {}});
}

void machine::core::on(const std::string&, const nack& n) {
  if (probe_ && probe_->sequence == n.sequence) ++probe_->nacks;
}

} // namespace praetor::swim
