#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "protocol/raft/log_view.hpp"
#include "protocol/raft/settings.hpp"
#include "protocol/raft/types.hpp"

namespace praetor::raft {

enum class role : std::uint8_t { follower, pre_candidate, candidate, leader };
const char* to_string(role value);

/// Why a request was not taken up. Nothing was appended: the caller may try elsewhere or later.
enum class refusal : std::uint8_t {
  not_leader,
  transferring,   ///< leadership is being handed over
  overloaded,     ///< too many bytes wait for a majority
  not_ready,      ///< membership: nothing of this term is committed yet
  change_pending, ///< membership: the last change is not committed yet
  unknown_server, ///< no such server in the configuration
  nothing_to_do,  ///< the configuration is that way already
  last_voter,     ///< membership: no voter would be left
  not_caught_up,  ///< membership: the non-voter lags too far behind
  not_a_voter,    ///< transfer: the target cannot lead
  not_valid,      ///< membership: too many servers, or one that other servers would refuse (limits.hpp)
  shut_down,
};
const char* to_string(refusal value);

/// A value, or why there is none.
template <class T>
using result = tl::expected<T, refusal>;

struct proposal {
  entry_kind kind = entry_kind::command; ///< command or barrier
  std::string data;
};

/// `first` to `last`, both included.
struct index_range {
  index_t first = 0;
  index_t last = 0;
  bool operator==(const index_range&) const = default;
};

/// One change of the membership.
struct configuration_change {
  enum class kind_t : std::uint8_t {
    add_nonvoter, ///< a new server; or one whose storage is new: it loses its vote
    promote,      ///< non-voter to voter
    demote,       ///< voter to non-voter
    remove,
    update_address, ///< `address` alone
  };
  kind_t kind = kind_t::add_nonvoter;
  std::string id;
  std::string storage; ///< add_nonvoter: required; else empty, or the storage that is meant
  std::string address; ///< add_nonvoter, update_address
};

/// What an environment finds on its disk at start. A fresh server passes the defaults.
struct initial_state {
  hard_state state;
  std::optional<snapshot_meta> snapshot; ///< the newest one, from which the state machine was restored
  index_t first_index = 1;               ///< of the log; entries before are compacted
  index_t last_index = 0;                ///< of the log; first_index - 1 if it is empty
  term_t before_first_term = 0;          ///< term of the entry at first_index - 1, if known (else 0)
  /// Every configuration in the log, ascending (see `find_configurations`).
  std::vector<indexed_configuration> configurations;
};

/// The role of this server changed, or it learned of another leader or term.
struct leadership {
  raft::role role = raft::role::follower;
  term_t term = 0;
  identity leader; ///< empty: unknown
  bool operator==(const leadership&) const = default;
};

struct read_state {
  std::uint64_t token = 0;
  index_t index = 0; ///< the read may be answered once the entry with this index is applied
  bool operator==(const read_state&) const = default;
};

/// Entries that this server appended as leader of `term` and that another leader replaced: they never took effect.
struct dropped_range {
  index_range range;
  term_t term = 0;
  bool operator==(const dropped_range&) const = default;
};

/// The machine wants bytes of its newest snapshot for a follower: answer with `snapshot_chunk_read`.
struct chunk_request {
  identity peer;
  std::string snapshot; ///< snapshot_meta::id
  std::uint64_t offset = 0;
  std::size_t max_bytes = 0;
  bool operator==(const chunk_request&) const = default;
};

/// Bytes of a leader's snapshot. Offset 0 starts it afresh. Answer with `snapshot_chunk_stored`; when `done`, make the
/// snapshot durable, replace the state with it, and answer with `snapshot_installed`.
struct chunk_received {
  snapshot_meta meta;
  std::uint64_t offset = 0;
  std::string data;
  bool done = false;
  bool operator==(const chunk_received&) const = default;
};

/// Discard the whole log; the entry before its next first one has this index and term.
struct log_reset {
  index_t index = 0;
  term_t term = 0;
  bool operator==(const log_reset&) const = default;
};

/// A message that was not taken up, for the log.
struct refused_message {
  std::string from;   ///< the ID that it names
  std::string why;    ///< what it holds
  bool grave = false; ///< it contradicts what a majority has decided: a server is broken, or somebody means harm
  bool operator==(const refused_message&) const = default;
};

/// Everything that has to happen since the last call. The order of members is the order of doing:
///   1. publish `leadership` and the lease (`lease_valid_until`) before anything is sent;
///   2. send `messages`, answer `reads`, `failed_reads`, `dropped`;
///   3. write `state`, `reset`, `truncate_from`, `entries`, in this order, as one durable batch (one fsync), after all
///      writes of earlier outputs; then call `log_written(write)`;
///   4. send `messages_when_durable` as soon as the write number `write` and all before it are durable. (An output with
///      nothing to write may hold such messages too: they wait for earlier writes.)
///   5. apply `apply` in order, independent of 3 and 4; then call `applied`;
///   6. serve `chunk_requests` and `chunks`. A snapshot replaces the state after everything in `apply` so far.
struct output {
  std::optional<raft::leadership> leadership;
  std::optional<indexed_configuration> members; ///< the configuration now in force (committed or not)
  std::vector<message> messages;
  std::vector<read_state> reads;
  std::vector<std::uint64_t> failed_reads; ///< tokens: leadership was lost first; ask the new leader
  std::vector<dropped_range> dropped;
  std::optional<bool> transfer; ///< a leadership transfer ended: true if another server took over

  std::uint64_t write = 0; ///< number of the newest write handed out, in this output or before; starts at 1
  bool must_write = false; ///< this output holds something to write: the four below
  std::optional<hard_state> state;
  std::optional<log_reset> reset;
  std::optional<index_t> truncate_from; ///< entries from here on are to be deleted before `entries` are added
  std::vector<entry_ptr> entries;
  std::vector<message> messages_when_durable;

  index_t commit = 0;           ///< the commit index
  std::vector<entry_ptr> apply; ///< newly committed entries of every kind, in order
  std::vector<chunk_request> chunk_requests;
  std::vector<chunk_received> chunks;
  std::optional<refused_message> refused; ///< one of those refused since the last output; `counters` has their number
};

/// How a leader sees one member; what autopilot reads.
struct peer_status {
  server member;
  index_t match = 0;
  index_t next = 0;
  time_point last_contact; ///< the last answer of any kind
  bool connected = true;
  bool receiving_snapshot = false;
  bool operator==(const peer_status&) const = default;
};

struct counters {
  std::uint64_t ignored_messages = 0; ///< all that were refused: malformed, to another storage, and the two below
  std::uint64_t strangers = 0;        ///< of servers that may not say such a thing, being no members
  std::uint64_t conflicts = 0;        ///< against what is decided: a second leader of a term, other committed entries
  std::uint64_t elections = 0;        ///< campaigns of this server
  std::uint64_t quorum_losses = 0;    ///< stepped down for want of a majority
  std::uint64_t snapshots_sent = 0;
};

/// Raft as a step machine. No clock: every call that depends on time is passed `now`, which must not go back.
/// After any number of calls, `take_output` says what to do; nothing takes effect outside before that.
/// Not safe for concurrent use.
class machine {
public:
  /// `log` and `random` must outlive the machine. `own` names this server and its storage.
  machine(identity own, settings limits, const log_view& log, std::mt19937_64& random);
  ~machine();
  machine(machine&&) noexcept;
  machine& operator=(machine&&) noexcept;

  /// Once, before anything else: takes up what was found on the disk. A voter that may have promised something before
  /// waits one promise before it votes; a sole voter campaigns at the first tick.
  void restore(const initial_state& state, time_point now);
  /// Makes `members` the first entry of an empty log (index 1, term 1). Every server that bootstraps must be given the
  /// same list. False: there is a log or a term already.
  bool bootstrap(const configuration& members, time_point now);

  /// A message arrived. Malformed ones, those for another storage, those that the sender may not send and those that
  /// contradict what is decided are ignored and counted, whatever they hold.
  void step(message incoming, time_point now);
  /// Time has passed. Needed at `next_deadline()`; harmless at any other time.
  void tick(time_point now);
  /// When `tick` next has something to do; `time_point::max()`: nothing by itself (a sole voter that leads).
  time_point next_deadline() const;

  /// Appends a batch. `wall_ns` is the wall clock, from which the entries get their stamps. They take effect when
  /// they come out of `output::apply` with the term of this leadership; a write that was given an index and then lost
  /// its leader has an unknown outcome.
  result<index_range> propose(std::vector<proposal> batch, std::int64_t wall_ns, time_point now);
  /// Appends a new configuration, one change at a time. Its index comes out of `apply` when it is committed.
  result<index_t> propose_configuration(const configuration_change& change, std::int64_t wall_ns, time_point now);
  /// Hands leadership over, by default to the voter that is furthest ahead. Returns who was chosen; `output::transfer`
  /// says how it ended.
  result<identity> transfer_leadership(std::optional<std::string> target, time_point now);
  /// A read that must see everything acknowledged before this call. The token comes back in `output::reads` or
  /// `output::failed_reads`.
  result<void> read_index(std::uint64_t token, time_point now);

  /// Write number `write` and all before it are durable.
  void log_written(std::uint64_t write, time_point now);
  /// A write failed, and with it all later ones: none of them, nor their `messages_when_durable`, may be carried out.
  /// The machine steps down, and later hands out again what is missing on the disk. In production the process stops.
  void log_failed(time_point now);
  /// The state machine has applied everything up to `index`.
  void applied(index_t index);
  /// The disk has not answered for too long: gives leadership up until a write completes. `tick` notices by itself
  /// when a write exceeds `settings::disk_stall`.
  void disk_stalled(time_point now);

  /// The connection to a member broke: if it is the leader's, an election starts as soon as the promise to it ends.
  void connection_lost(const std::string& id, time_point now);
  void connection_restored(const std::string& id, time_point now);

  /// A snapshot of the own state is durable and can be sent; the machine offers the newest one to followers.
  void snapshot_written(const snapshot_meta& meta);
  /// Log entries up to `index` (of `term`) are gone from the disk. Only what a snapshot covers and was written.
  void compacted(index_t index, term_t term);
  /// The answer to `chunk_request`. `done`: the snapshot ends with these bytes.
  void snapshot_chunk_read(const chunk_request& request, std::string data, bool done, time_point now);
  /// The answer to `chunk_request` if the snapshot is no longer there.
  void snapshot_chunk_missing(const chunk_request& request, time_point now);
  /// The answers to `chunk_received`; `size` is how many bytes are now stored.
  void snapshot_chunk_stored(const std::string& snapshot, std::uint64_t size, time_point now);
  void snapshot_installed(const snapshot_meta& meta, time_point now);
  void snapshot_failed(const std::string& snapshot, time_point now);

  /// Steps down (naming a successor if there is one) and takes no further part in elections.
  void shut_down(time_point now);
  /// New times and limits; promises made keep their length.
  void configure(const settings& limits);

  bool has_output() const;
  /// @see output. Call again while `has_output()`.
  output take_output(time_point now);

  const identity& own() const;
  raft::role role() const;
  term_t term() const;
  /// Empty: unknown.
  const identity& leader() const;
  index_t commit_index() const;
  index_t applied_index() const;
  index_t first_index() const;
  index_t last_index() const;
  term_t last_term() const;
  std::int64_t last_time_ns() const;
  index_t durable_index() const;
  std::optional<term_t> term_at(index_t index) const;
  const indexed_configuration& members() const;
  const indexed_configuration& committed_members() const;
  const counters& count() const;
  /// When a follower last heard from its leader; of a leader: the time up to which a majority is known to follow.
  time_point last_contact(time_point now) const;
  /// Leader: how each other member fares. Else empty.
  std::vector<peer_status> peers() const;

  /// A leader may answer reads from the applied state without asking anyone as long as its clock is before this time;
  /// `time_point::max()` for a sole voter. Nothing: not leader, handing over, or entries of earlier terms not applied
  /// yet. A reader takes the state first and looks at lease and clock afterwards.
  std::optional<time_point> lease_valid_until() const;
  /// This server has promised its vote to nobody but its leader until then.
  time_point promised_until() const;

private:
  class core;
  std::unique_ptr<core> core_;
};

} // namespace praetor::raft
