#include "protocol/raft/core.hpp"

#include "protocol/mutation.hpp"
#include "protocol/raft/limits.hpp"

/// Admission of received messages. Decoding has checked the bytes; this part checks whether a message is well formed,
/// whether its sender may send it, and whether it contradicts committed decisions. A rejected message has no effect,
/// not even its term.
namespace praetor::raft {

namespace {

bool fits_text(const std::string& text) { return !text.empty() && text.size() <= text_limit; }

/// Entries follow each other and `prev_index`; terms and timestamps never decrease (Raft 5.3).
std::string append_fault(const append_request& r, term_t term) {
  if (r.prev_index >= index_limit || r.prev_term > term) return "entries after an index or a term that cannot be";
  auto index = r.prev_index;
  auto last_term = r.prev_term;
  std::int64_t last_time = 0;
  for (const auto& e : r.entries) {
    if (!e || e->index != ++index) return "entries with a gap";
    if (e->term < last_term || e->term > term || e->term == 0) return "an entry whose term cannot be";
    if (e->time_ns < last_time || e->time_ns > stamp_limit) return "an entry whose stamp cannot be";
    if (e->kind > entry_kind::configuration) return "an entry of an unknown kind";
    last_term = e->term;
    last_time = e->time_ns;
    if (e->kind != entry_kind::configuration) continue;
    auto members = decode_configuration(e->data);
    if (!members) return members.error().text;
    if (auto fault = fault_of(*members); !fault.empty()) return fault;
  }
  return {};
}

std::string snapshot_fault(const snapshot_request& r, term_t term) {
  const auto& meta = r.meta;
  if (!fits_text(meta.id)) return "a snapshot without an id";
  if (meta.index == 0 || meta.index >= index_limit || meta.term == 0 || meta.term > term)
    return "a snapshot at an index or a term that cannot be";
  if (meta.time_ns < 0 || meta.time_ns > stamp_limit) return "a snapshot whose stamp cannot be";
  if (meta.members.index > meta.index) return "a snapshot with a configuration that is newer than it";
  if (auto fault = fault_of(meta.members.value); !fault.empty()) return "a snapshot with " + fault;
  if (r.offset > meta.size || r.data.size() > meta.size - r.offset) return "a piece beyond the end of its snapshot";
  bool ends = r.offset + r.data.size() == meta.size;
  if (r.done ? !ends : ends && !r.data.empty()) return "a piece of a snapshot that is wrong about the end";
  return {};
}

} // namespace

std::string fault_of(const configuration& members) {
  const auto& servers = members.servers;
  if (servers.size() > server_limit) return "a configuration of " + std::to_string(servers.size()) + " servers";
  if (members.voter_count() == 0) return "a configuration without voters";
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const auto& s = servers[i];
    if (!fits_text(s.who.id) || s.who.storage.size() > text_limit || s.address.size() > text_limit)
      return "a configuration with a server whose id, storage or address is empty or too long";
    if (i > 0 && servers[i - 1].who.id >= s.who.id) return "a configuration with a server twice";
  }
  return {};
}

std::string machine::core::fault_of(const message& m) const {
  if (!fits_text(m.from.id) || !fits_text(m.from.storage)) return "a message of nobody";
  if (m.from.id == own_.id) return "a message in this server's own name";
  if (m.to != own_) return "a message for another server or another disk";
  bool is_request = !is_answer(m);
  if (is_request && m.term == 0) return "a request without a term";
  bool far = m.term > term_free_range && m.term > hard_.term && m.term - hard_.term > term_step;
  if (far && !mutated(mutation::raft_term_jump_taken))
    return "term " + std::to_string(m.term) + ", out of reach of term " + std::to_string(hard_.term);
  if (auto* append = std::get_if<append_request>(&m.body)) return append_fault(*append, m.term);
  if (auto* piece = std::get_if<snapshot_request>(&m.body)) return snapshot_fault(*piece, m.term);
  if (auto* result = std::get_if<snapshot_result>(&m.body); result && result->id.size() > text_limit)
    return "a snapshot's id that is too long";
  return {};
}

bool machine::core::is_answer(const message& m) {
  return std::holds_alternative<vote_result>(m.body) || std::holds_alternative<append_result>(m.body) ||
         std::holds_alternative<snapshot_result>(m.body);
}

/// Whether a server is in any configuration from the newest committed one on (the newest one may be rolled back), or is
/// a removed one that a leader still informs. Non-voters count too, because an entry not received yet may have promoted
/// one.
bool machine::core::is_member(const identity& who) {
  return find_progress(who) || std::any_of(configurations_.begin(), configurations_.end(),
                                           [&](const indexed_configuration& c) { return c.value.find(who); });
}

/// Which messages a sender may send. Members may send any; the handlers check further. For all others:
///  - A server without a configuration belongs to no cluster yet. It follows any leader and votes for any candidate:
///    it has nothing to judge them by, and its vote counts only for servers that have it as a member.
///  - Entries and snapshots of a leader that is not a member here are accepted only while no leader is known: this
///    server may have missed the entry that added it (Raft dissertation 4.1), but then it has missed its own leader's
///    heartbeats too. While it hears those, a stranger changes nothing. An accepted stranger keeps its role until it
///    falls silent, and may name its successor; a leader that was removed does so.
///  - A stranger gets no vote, unlike in dissertation 4.1: it could win with invented indexes. A server becomes a
///    member before it may vote, so this restricts only voters that have missed both changes; the others elect without
///    them, or bring them up to date first. hashicorp/raft rejects such votes as well (requestVote in raft.go).
///  - Answers are always rejected: this server has not asked a stranger.
bool machine::core::may_say(const message& m) {
  if (is_member(m.from) || mutated(mutation::raft_stranger_taken)) return true;
  bool belongs_nowhere = members().value.servers.empty();
  bool leads_here = leader_ == m.from || leader_of_term_ == std::pair(m.term, m.from);
  if (std::holds_alternative<timeout_now>(m.body)) return leads_here;
  if (std::holds_alternative<append_request>(m.body) || std::holds_alternative<snapshot_request>(m.body))
    return belongs_nowhere || !knows_leader() || leads_here;
  return belongs_nowhere && std::holds_alternative<vote_request>(m.body);
}

/// A leader's log holds all committed entries (Raft 5.4.3), so a request to replace one does not come from a legitimate
/// leader.
std::string machine::core::contradiction(const append_request& r) const {
  auto other = [&](index_t index, term_t term) {
    if (index == 0 || index > commit_ || mutated(mutation::raft_committed_replaced)) return false;
    auto own = log_.term(index);
    return own && *own != term;
  };
  auto words = [](index_t index) { return "another term for entry " + std::to_string(index) + ", which is committed"; };
  if (other(r.prev_index, r.prev_term)) return words(r.prev_index);
  for (const auto& e : r.entries) {
    if (e->index > commit_) break;
    if (other(e->index, e->term)) return words(e->index);
  }
  return {};
}

std::string machine::core::contradiction(const snapshot_meta& meta) const {
  auto known = log_.term(std::min(meta.index, commit_));
  if (!known) return {};
  if (meta.index <= commit_ ? *known != meta.term : *known > meta.term)
    return "a snapshot of term " + std::to_string(meta.term) + ", which contradicts what is committed";
  return {};
}

/// At most one leader is elected per term (Raft 5.2). A second one did not win the votes.
bool machine::core::leads(const message& m) const {
  bool decided = leader_of_term_.first == m.term && leader_of_term_.second != m.from;
  return !decided || mutated(mutation::raft_two_leaders_taken);
}

void machine::core::refuse(const message& m, std::uint64_t counters::*kind, std::string why) {
  ++count_.ignored_messages;
  if (kind != nullptr) ++(count_.*kind);
  bool grave = kind == &counters::conflicts;
  if (!out_.refused || grave) out_.refused = refused_message{m.from.id.substr(0, text_limit), std::move(why), grave};
}

} // namespace praetor::raft
