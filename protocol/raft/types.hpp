#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/types/error.hpp"
#include "protocol/types/field.hpp"

namespace praetor::raft {

using index_t = std::uint64_t; ///< a position in the log; the first entry has index 1, 0 means none
using term_t = std::uint64_t;
using time_point = std::chrono::steady_clock::time_point;
using duration = std::chrono::steady_clock::duration;

/// Identifies a server by its ID and the UUID of its storage. A server that comes back with an empty disk has a new
/// storage UUID and counts as a different server in votes. Empty: none.
struct identity {
  std::string id;
  std::string storage;

  bool empty() const { return id.empty(); }
  auto operator<=>(const identity&) const = default;

  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"ID"}, self.id);
    f(field{"Storage"}, self.storage);
  }
};

/// One member of the cluster. The address is for people; connections use the one from gossip.
struct server {
  identity who;
  std::string address;
  bool voter = false;

  bool operator==(const server&) const = default;
};

/// The members, sorted by ID.
struct configuration {
  std::vector<server> servers;

  const server* find(std::string_view id) const;
  const server* find(const identity& who) const;
  bool is_voter(const identity& who) const;
  std::size_t voter_count() const;
  /// Whether `who` is the only voter.
  bool is_sole_voter(const identity& who) const { return voter_count() == 1 && is_voter(who); }
  bool operator==(const configuration&) const = default;
};

/// Encodes and decodes the data of a configuration entry.
std::string encode(const configuration& value);
expected<configuration> decode_configuration(std::string_view data);

/// A configuration and the index of its entry (0: initial, without an entry).
struct indexed_configuration {
  index_t index = 0;
  configuration value;

  bool operator==(const indexed_configuration&) const = default;
};

enum class entry_kind : std::uint8_t {
  command = 0,       ///< `data` belongs to the state machine
  barrier = 1,       ///< empty: the first entry of a leader's term, or a marker in the order of writes
  configuration = 2, ///< `data` is an encoded configuration
};

/// One entry of the log. Immutable, so that log writing, replication and apply share one object.
struct entry {
  index_t index = 0;
  term_t term = 0;
  entry_kind kind = entry_kind::command;
  std::int64_t time_ns = 0; ///< the leader's wall clock, never less than that of the previous entry
  std::string data;

  bool operator==(const entry&) const = default;
  /// The entry's size in byte limits.
  std::size_t weight() const { return data.size() + 48; }

  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"Index"}, self.index);
    f(field{"Term"}, self.term);
    f(field{"Type"}, self.kind);
    f(field{"Time"}, self.time_ns);
    f(field{"Data"}, self.data);
  }
};
using entry_ptr = std::shared_ptr<const entry>;

/// The state besides the log that must survive a crash (Raft figure 2).
struct hard_state {
  term_t term = 0;
  identity voted_for; ///< in `term`; empty: no vote cast yet

  bool operator==(const hard_state&) const = default;

  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"Term"}, self.term);
    f(field{"VotedFor"}, self.voted_for);
  }
};

/// A snapshot of the state after the entry at `index`.
struct snapshot_meta {
  std::string id; ///< identifies the exact bytes: equal ids have equal content, so that a transfer can be resumed
  index_t index = 0;
  term_t term = 0;
  std::int64_t time_ns = 0; ///< timestamp of the entry at `index`
  indexed_configuration members;
  std::uint64_t size = 0; ///< bytes

  bool operator==(const snapshot_meta&) const = default;

  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"ID"}, self.id);
    f(field{"Index"}, self.index);
    f(field{"Term"}, self.term);
    f(field{"Time"}, self.time_ns);
    f(field{"Configuration"}, self.members);
    f(field{"Size"}, self.size);
  }
};

// ---- messages ----------------------------------------------------------------------------------------------------

/// Names a lease that a leader gave up in favour of another server, which releases voters from their promise.
struct lease_token {
  term_t term = 0; ///< 0: no lease was given up
  std::uint64_t epoch = 0;

  bool operator==(const lease_token&) const = default;

  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"Term"}, self.term);
    f(field{"Epoch"}, self.epoch);
  }
};

/// Requests a vote in `message::term`. A pre-vote only asks whether the vote would be granted and changes nothing (Raft
/// dissertation 9.6).
struct vote_request {
  bool pre_vote = false;
  index_t last_index = 0;
  term_t last_term = 0;
  lease_token token; ///< set by a candidate that the leader named as its successor

  bool operator==(const vote_request&) const = default;

  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"PreVote"}, self.pre_vote);
    f(field{"LastIndex"}, self.last_index);
    f(field{"LastTerm"}, self.last_term);
    f(field{"Token"}, self.token);
  }
};

struct vote_result {
  bool pre_vote = false;
  bool granted = false;
  term_t asked_term = 0;                    ///< the term of the request
  std::chrono::nanoseconds promise_left{0}; ///< refused because of a promise to a leader that lasts this much longer

  bool operator==(const vote_result&) const = default;

  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"PreVote"}, self.pre_vote);
    f(field{"Granted"}, self.granted);
    f(field{"AskedTerm"}, self.asked_term);
    f(field{"PromiseLeft"}, self.promise_left);
  }
};

/// Entries after `prev_index`; without entries a heartbeat.
struct append_request {
  index_t prev_index = 0;
  term_t prev_term = 0;
  index_t commit = 0;
  std::vector<entry_ptr> entries;
  std::int64_t sent_ns = 0; ///< the leader's steady clock, echoed in the answer
  std::uint64_t round = 0;  ///< the leader's read round, echoed in the answer
  std::uint64_t epoch = 0;  ///< of the lease that an answer extends, echoed in the answer

  bool operator==(const append_request& other) const;

  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"PrevIndex"}, self.prev_index);
    f(field{"PrevTerm"}, self.prev_term);
    f(field{"Commit"}, self.commit);
    f(field{"Entries"}, self.entries);
    f(field{"Sent"}, self.sent_ns);
    f(field{"Round"}, self.round);
    f(field{"Epoch"}, self.epoch);
  }
};

struct append_result {
  bool rejected = false;
  index_t match = 0;         ///< accepted: the follower's log equals the leader's up to here, durably
  index_t rejected_prev = 0; ///< rejected: `prev_index` of the request
  index_t hint_index = 0;    ///< rejected: first index of `hint_term`, or one past the end of a log that is too short
  term_t hint_term = 0;      ///< rejected: the term found at `rejected_prev`; 0: the log is too short
  std::int64_t sent_ns = 0;
  std::uint64_t round = 0;
  std::uint64_t epoch = 0;
  std::chrono::nanoseconds promise{0}; ///< no vote for anyone else for this long after the request was received

  bool operator==(const append_result&) const = default;

  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"Rejected"}, self.rejected);
    f(field{"Match"}, self.match);
    f(field{"RejectedPrev"}, self.rejected_prev);
    f(field{"HintIndex"}, self.hint_index);
    f(field{"HintTerm"}, self.hint_term);
    f(field{"Sent"}, self.sent_ns);
    f(field{"Round"}, self.round);
    f(field{"Epoch"}, self.epoch);
    f(field{"Promise"}, self.promise);
  }
};

/// A chunk of a snapshot. The first one is empty and asks for the follower's progress.
struct snapshot_request {
  snapshot_meta meta;
  std::uint64_t offset = 0;
  std::string data;
  bool done = false; ///< `data` ends the snapshot

  bool operator==(const snapshot_request&) const = default;

  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"Meta"}, self.meta);
    f(field{"Offset"}, self.offset);
    f(field{"Data"}, self.data);
    f(field{"Done"}, self.done);
  }
};

struct snapshot_result {
  std::string id;           ///< of the snapshot
  std::uint64_t offset = 0; ///< bytes that the follower holds; the next chunk starts here
  bool installed = false;   ///< the follower's state includes everything up to the snapshot's index

  bool operator==(const snapshot_result&) const = default;

  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"ID"}, self.id);
    f(field{"Offset"}, self.offset);
    f(field{"Installed"}, self.installed);
  }
};

/// The leader has given up its lease: campaign at once (Raft dissertation 3.10).
struct timeout_now {
  lease_token token;

  bool operator==(const timeout_now&) const = default;

  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"Token"}, self.token);
  }
};

using message_body = std::variant<vote_request, vote_result, append_request, append_result, snapshot_request,
                                  snapshot_result, timeout_now>;

/// A message between servers. `to` includes the storage UUID: a server with the same ID on another disk drops it.
struct message {
  identity from;
  identity to;
  term_t term = 0;
  message_body body;

  bool operator==(const message&) const = default;
};

/// Encodes and decodes a message. The input is untrusted; a decoded message may still be invalid, which `machine::step`
/// checks.
std::string encode(const message& value);
expected<message> decode_message(std::string_view data);

} // namespace praetor::raft
