#include "protocol/raft/autopilot.hpp"

#include "protocol/mutation.hpp"

#include <algorithm>

namespace praetor {

namespace {

using change_t = raft::configuration_change;

const seen_server* seen_as(const autopilot_input& in, std::string_view id) {
  auto it = std::find_if(in.seen.begin(), in.seen.end(), [&](const seen_server& s) { return s.id == id; });
  return it == in.seen.end() ? nullptr : &*it;
}

const raft::peer_status* peer_of(const autopilot_input& in, const raft::identity& who) {
  auto it = std::find_if(in.peers.begin(), in.peers.end(), [&](auto& p) { return p.member.who == who; });
  return it == in.peers.end() ? nullptr : &*it;
}

autopilot_server judge(const autopilot_input& in, const raft::server& member) {
  autopilot_server out;
  out.id = member.who.id;
  out.name = member.who.id;
  out.address = member.address;
  out.voter = member.voter;
  out.leader = member.who == in.own;
  if (auto* seen = seen_as(in, out.id)) {
    out.name = seen->name;
    out.version = seen->version;
    out.node_status = seen->status;
    if (!seen->address.empty()) out.address = seen->address;
  }
  if (out.leader) {
    out.last_term = in.last_term;
    out.last_index = in.last_index;
  } else if (auto* peer = peer_of(in, member.who)) {
    out.last_contact = std::max(nanoseconds{0}, std::chrono::duration_cast<nanoseconds>(in.now - peer->last_contact));
    out.last_index = peer->match;
    out.last_term = in.term_at ? in.term_at(peer->match) : 0;
  } else {
    out.last_contact = in.config.last_contact_threshold + in.heartbeat + nanoseconds{1};
  }
  bool reachable = out.node_status == swim::member_status::alive || out.node_status == swim::member_status::leaving;
  bool close = out.last_index + in.config.max_trailing_logs >= in.last_index;
  out.healthy = out.leader || (reachable && close && out.last_term == in.last_term &&
                               out.last_contact <= in.config.last_contact_threshold + in.heartbeat);
  return out;
}

/// Whether gossip reports another disk than the configuration holds.
bool has_new_disk(const seen_server& seen, const raft::server& member) {
  return !seen.storage.empty() && seen.storage != member.who.storage;
}

std::size_t voters_in(const raft::configuration& members) { return members.voter_count(); }

/// Whether the cluster survives the loss of a voter: a majority of the remaining voters is healthy, and at least as
/// many remain as the operator demands.
bool may_lose_voter(const autopilot_input& in, const autopilot_state& state, const std::string& id) {
  auto left = voters_in(in.members) - 1;
  auto least = std::max<std::size_t>(in.config.min_quorum, 1);
  if (left < least) return false;
  auto healthy = std::count_if(state.servers.begin(), state.servers.end(), [&](const autopilot_server& s) {
    return s.voter && s.id != id && (s.healthy || s.leader);
  });
  return static_cast<std::size_t>(healthy) >= left / 2 + 1;
}

change_t change_of(change_t::kind_t kind, const raft::server& member) {
  change_t c;
  c.kind = kind;
  c.id = member.who.id;
  c.storage = member.who.storage;
  return c;
}

change_t addition(const seen_server& seen) {
  change_t c;
  c.kind = change_t::kind_t::add_nonvoter;
  c.id = seen.id;
  c.storage = seen.storage;
  c.address = seen.address;
  return c;
}

/// Removes servers that left, one at a time, even below the minimal quorum, unless the remaining servers could not
/// elect a leader.
std::optional<change_t> remove_left(const autopilot_input& in, const autopilot_state& state) {
  for (const auto& m : in.members.servers) {
    if (m.who == in.own) continue;
    auto* seen = seen_as(in, m.who.id);
    if (!seen || !seen->gone()) continue;
    auto left = voters_in(in.members) - 1;
    auto healthy = std::count_if(state.servers.begin(), state.servers.end(), [&](const autopilot_server& s) {
      return s.voter && s.id != m.who.id && (s.healthy || s.leader);
    });
    if (!m.voter || static_cast<std::size_t>(healthy) >= left / 2 + 1) return change_of(change_t::kind_t::remove, m);
  }
  return std::nullopt;
}

std::optional<change_t> take_up(const autopilot_input& in, const autopilot_state& state) {
  for (const auto& seen : in.seen) {
    if (seen.status != swim::member_status::alive || seen.id.empty() || seen.storage.empty()) continue;
    auto* member = in.members.find(std::string_view{seen.id});
    if (member && member->who == in.own) {
      if (!seen.address.empty() && seen.address != member->address) {
        auto c = change_of(change_t::kind_t::update_address, *member);
        c.address = seen.address;
        return c;
      }
      continue;
    }
    if (member && !has_new_disk(seen, *member)) {
      if (seen.address.empty() || seen.address == member->address) continue;
      auto c = change_of(change_t::kind_t::update_address, *member);
      c.address = seen.address;
      return c;
    }
    if (member) return addition(seen); // its old disk has no vote any more, and could not have cast one
    // Another server that used this address before is gone.
    auto same = std::find_if(in.members.servers.begin(), in.members.servers.end(),
                             [&](const raft::server& m) { return m.address == seen.address && m.who != in.own; });
    if (same != in.members.servers.end()) {
      auto* other = seen_as(in, same->who.id);
      bool moved = other && other->reachable() && other->address != seen.address;
      if (!moved) {
        if (same->voter && !may_lose_voter(in, state, same->who.id)) continue;
        return change_of(change_t::kind_t::remove, *same);
      }
    }
    if (seen.bootstrap && std::any_of(in.seen.begin(), in.seen.end(),
                                      [&](const seen_server& s) { return s.bootstrap && s.id == in.own.id; }))
      continue; // two servers that each bootstrap a cluster of their own
    return addition(seen);
  }
  return std::nullopt;
}

std::optional<change_t> clean_up(const autopilot_input& in, const autopilot_state& state) {
  if (!in.config.cleanup_dead_servers || mutated(mutation::dead_server_kept_as_voter)) return std::nullopt;
  auto dead = [&](const raft::server& m) {
    if (m.who == in.own) return false;
    auto* seen = seen_as(in, m.who.id);
    // A new leader may not have heard of every member yet.
    if (!seen) return in.leading_for >= in.config.server_stabilization_time;
    return seen->status == swim::member_status::failed;
  };
  // At most a minority at once: if more are gone, this side may be the one that is partitioned.
  std::size_t dead_voters = 0;
  for (const auto& m : in.members.servers)
    if (m.voter && dead(m)) ++dead_voters;
  for (const auto& m : in.members.servers)
    if (!m.voter && dead(m)) return change_of(change_t::kind_t::remove, m);
  if (dead_voters == 0 || dead_voters > (voters_in(in.members) - 1) / 2) return std::nullopt;
  for (const auto& m : in.members.servers)
    if (m.voter && dead(m) && may_lose_voter(in, state, m.who.id)) return change_of(change_t::kind_t::remove, m);
  return std::nullopt;
}

} // namespace

const autopilot_server* autopilot_state::find(std::string_view id) const {
  auto it = std::find_if(servers.begin(), servers.end(), [&](const autopilot_server& s) { return s.id == id; });
  return it == servers.end() ? nullptr : &*it;
}

autopilot_state judge_servers(const autopilot_input& in, const autopilot_state* before) {
  autopilot_state out;
  out.leader = in.own.id;
  out.healthy = !in.members.servers.empty();
  std::int64_t voters = 0, healthy_voters = 0;
  for (const auto& m : in.members.servers) {
    auto s = judge(in, m);
    auto* last = before ? before->find(s.id) : nullptr;
    s.stable_since = last && last->healthy == s.healthy ? last->stable_since : in.unix_now;
    out.healthy = out.healthy && s.healthy;
    if (s.voter) {
      ++voters;
      healthy_voters += s.healthy ? 1 : 0;
      out.voters.push_back(s.id);
    }
    out.servers.push_back(std::move(s));
  }
  out.failure_tolerance = std::max<std::int64_t>(0, healthy_voters - (voters / 2 + 1));
  return out;
}

std::optional<raft::configuration_change> next_promotion(const autopilot_input& in, const autopilot_state& state) {
  for (const auto& m : in.members.servers) {
    if (m.voter) continue;
    auto* seen = seen_as(in, m.who.id);
    auto* s = state.find(m.who.id);
    if (!seen || seen->nonvoter || !s || !s->healthy || has_new_disk(*seen, m)) continue;
    // No server can have been observed as stable for longer than autopilot has run.
    bool young = in.leading_for < in.config.server_stabilization_time;
    if (!young && in.unix_now - s->stable_since < in.config.server_stabilization_time) continue;
    return change_of(change_t::kind_t::promote, m);
  }
  return std::nullopt;
}

std::optional<raft::configuration_change> next_change(const autopilot_input& in, const autopilot_state& state) {
  if (auto c = remove_left(in, state)) return c;
  if (auto c = take_up(in, state)) return c;
  if (auto c = next_promotion(in, state)) return c;
  return clean_up(in, state);
}

} // namespace praetor
