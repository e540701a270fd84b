#include "protocol/raft/core.hpp"

#include "protocol/raft/limits.hpp"

namespace praetor::raft {

namespace {

using kind_t = configuration_change::kind_t;

server* find(configuration& members, const configuration_change& change) {
  for (auto& s : members.servers)
    if (s.who.id == change.id && (change.storage.empty() || s.who.storage == change.storage)) return &s;
  return nullptr;
}

result<void> add_nonvoter(configuration& members, const configuration_change& change) {
  if (change.id.empty() || change.storage.empty()) return tl::unexpected(refusal::not_valid);
  server added{{change.id, change.storage}, change.address, false};
  auto place = std::lower_bound(members.servers.begin(), members.servers.end(), change.id,
                                [](const server& s, const std::string& id) { return s.who.id < id; });
  if (place == members.servers.end() || place->who.id != change.id) {
    members.servers.insert(place, std::move(added));
    return {};
  }
  if (place->who.storage == change.storage) return tl::unexpected(refusal::nothing_to_do);
  *place = std::move(added);
  return {};
}

result<void> apply(configuration& members, const configuration_change& change) {
  if (change.kind == kind_t::add_nonvoter) return add_nonvoter(members, change);
  auto* s = find(members, change);
  if (!s) return tl::unexpected(refusal::unknown_server);
  switch (change.kind) {
  case kind_t::promote:
  case kind_t::demote: {
    auto voter = change.kind == kind_t::promote;
    if (s->voter == voter) return tl::unexpected(refusal::nothing_to_do);
    s->voter = voter;
    return {};
  }
  case kind_t::remove: members.servers.erase(members.servers.begin() + (s - members.servers.data())); return {};
  case kind_t::update_address:
    if (s->address == change.address) return tl::unexpected(refusal::nothing_to_do);
    s->address = change.address;
    return {};
  case kind_t::add_nonvoter: break;
  }
  return {};
}

} // namespace

result<index_t> machine::core::propose_configuration(const configuration_change& change, std::int64_t wall_ns,
                                                     time_point now) {
  advance(now);
  if (shut_down_) return tl::unexpected(refusal::shut_down);
  if (role_ != role::leader) return tl::unexpected(refusal::not_leader);
  if (transfer_) return tl::unexpected(refusal::transferring);
  // Before it has committed an entry of its own term, a leader cannot know whether a majority has the previous change
  // (Ongaro, "bug in single-server membership changes", raft-dev 2015).
  if (!term_has_committed()) return tl::unexpected(refusal::not_ready);
  // One server at a time (Raft dissertation 4.1).
  if (configurations_.size() > 1) return tl::unexpected(refusal::change_pending);
  auto next = members().value;
  if (auto done = apply(next, change); !done) return tl::unexpected(done.error());
  if (next.voter_count() == 0) return tl::unexpected(refusal::last_voter);
  // IDs and addresses come from gossip. The log must not hold a configuration that followers would reject.
  if (!raft::fault_of(next).empty()) return tl::unexpected(refusal::not_valid);
  if (change.kind == kind_t::promote) {
    auto i = progress_.find(change.id);
    if (i == progress_.end() || i->second.match == 0 || i->second.match + limits_.promote_lag < commit_)
      return tl::unexpected(refusal::not_caught_up);
  }
  append_own(entry_kind::configuration, encode(next), wall_ns);
  set_configuration({log_.last(), std::move(next)});
  return log_.last();
}

/// A configuration is in force from the moment it is appended (Raft dissertation 4.1).
void machine::core::set_configuration(indexed_configuration next) {
  PRAETOR_ASSERT(next.index > members().index || members().index == 0);
  configurations_.push_back(std::move(next));
  members_changed_ = true;
  if (role_ == role::leader) sync_progress();
}

void machine::core::sync_progress() {
  for (auto& [id, p] : progress_) {
    p.voter = false; // unless it is among the members, below
    if (!members().value.find(p.who) && p.leaving == 0) p.leaving = members().index;
  }
  for (const auto& s : members().value.servers) {
    if (s.who == own_) continue;
    auto& p = progress_[s.who.id];
    if (p.who != s.who) {
      p = {};
      p.who = s.who;
      p.next = log_.last() + 1;
      p.last_contact = now_;
    }
    p.leaving = 0;
    p.voter = s.voter;
  }
  if (heartbeat_at_ <= now_ || heartbeat_at_ == time_point::max()) heartbeat_at_ = now_ + limits_.heartbeat_interval;
  replicate_due_ = true;
}

/// A leader that is no longer a voter leads until the configuration that removed its vote is committed (Raft
/// dissertation 4.2.2).
void machine::core::configuration_committed() {
  if (role_ == role::leader && !configurations_.front().value.is_voter(own_) && configurations_.size() == 1)
    hand_over();
}

} // namespace praetor::raft
