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

/// Why a request was rejected. Nothing was appended: the caller may retry elsewhere or later.
enum class refusal : std::uint8_t {
  not_leader,
  transferring,   ///< leadership is being transferred
  overloaded,     ///< too many bytes await a majority
  not_ready,      ///< membership: no entry of this term is committed yet
  change_pending, ///< membership: the previous change is not committed yet
  unknown_server, ///< the configuration has no such server
  nothing_to_do,  ///< the configuration has that form already
  last_voter,     ///< membership: no voter would remain
  not_caught_up,  ///< membership: the non-voter lags too far behind
  not_a_voter,    ///< transfer: the target cannot lead
  not_valid,      ///< membership: too many servers, or one that other servers would reject (limits.hpp)
  shut_down,
};
const char* to_string(refusal value);

/// A value, or why it was rejected.
template <class T>
using result = tl::expected<T, refusal>;

struct proposal {
  entry_kind kind = entry_kind::command; ///< command or barrier
  std::string data;
};

/// `first` to `last`, inclusive.
struct index_range {
  index_t first = 0;
  index_t last = 0;
  bool operator==(const index_range&) const = default;
};

/// One membership change.
struct configuration_change {
  enum class kind_t : std::uint8_t {
    add_nonvoter, ///< a new server, or one with a new storage, which loses its vote
    promote,      ///< non-voter to voter
    demote,       ///< voter to non-voter
    remove,
    update_address, ///< changes `address` only
  };
  kind_t kind = kind_t::add_nonvoter;
  std::string id;
  std::string storage; ///< add_nonvoter: required; otherwise empty, or the expected storage
  std::string address; ///< add_nonvoter, update_address
};

/// The durable state that an environment finds at start. A new server passes the defaults.
struct initial_state {
  hard_state state;
  std::optional<snapshot_meta> snapshot; ///< the newest one, from which the state machine was restored
  index_t first_index = 1;               ///< of the log; earlier entries are compacted
  index_t last_index = 0;                ///< of the log; first_index - 1 if it is empty
  term_t before_first_term = 0;          ///< term of the entry at first_index - 1, if known (else 0)
  /// Every configuration in the log, ascending (see `find_configurations`).
  std::vector<indexed_configuration> configurations;
};

/// This server's role changed, or it learned of another leader or term.
struct leadership {
  raft::role role = raft::role::follower;
  term_t term = 0;
  identity leader; ///< empty: unknown
  bool operator==(const leadership&) const = default;
};

struct read_state {
  std::uint64_t token = 0;
  index_t index = 0; ///< answer the read once the entry with this index is applied
  bool operator==(const read_state&) const = default;
};

/// Entries that this server appended as leader of `term` and that another leader replaced: they never took effect.
struct dropped_range {
  index_range range;
  term_t term = 0;
  bool operator==(const dropped_range&) const = default;
};

/// Requests bytes of the newest snapshot for a follower: answer with `snapshot_chunk_read`.
struct chunk_request {
  identity peer;
  std::string snapshot; ///< snapshot_meta::id
  std::uint64_t offset = 0;
  std::size_t max_bytes = 0;
  bool operator==(const chunk_request&) const = default;
};

/// Bytes of a leader's snapshot. Offset 0 starts over. Answer with `snapshot_chunk_stored`; if `done`, make the
/// snapshot durable, replace the state with it, and answer with `snapshot_installed`.
struct chunk_received {
  snapshot_meta meta;
  std::uint64_t offset = 0;
  std::string data;
  bool done = false;
  bool operator==(const chunk_received&) const = default;
};

/// Discard the whole log; the entry before the next first one has this index and term.
struct log_reset {
  index_t index = 0;
  term_t term = 0;
  bool operator==(const log_reset&) const = default;
};

/// A rejected message, for the log.
struct refused_message {
  std::string from;   ///< the sender's ID as given in the message
  std::string why;    ///< the reason
  bool grave = false; ///< it contradicts a committed decision: a server is broken or malicious
  bool operator==(const refused_message&) const = default;
};

/// Everything to do since the last call. The members are in the order of execution:
///   1. publish `leadership` and the lease (`lease_valid_until`) before anything is sent;
///   2. send `messages`, answer `reads`, `failed_reads`, `dropped`;
///   3. write `state`, `reset`, `truncate_from`, `entries`, in this order, as one durable batch (one fsync), after all
///      writes of earlier outputs; then call `log_written(write)`;
///   4. send `messages_when_durable` as soon as the write number `write` and all earlier ones are durable (an output
///      without a write may hold such messages too: they wait for earlier writes);
///   5. apply `apply` in order, independently of 3 and 4; then call `applied`;
///   6. serve `chunk_requests` and `chunks`. A snapshot replaces the state after all entries of `apply` so far.
struct output {
  std::optional<raft::leadership> leadership;
  std::optional<indexed_configuration> members; ///< the configuration now in force (committed or not)
  std::vector<message> messages;
  std::vector<read_state> reads;
  std::vector<std::uint64_t> failed_reads; ///< tokens: leadership was lost first; retry at the new leader
  std::vector<dropped_range> dropped;
  std::optional<bool> transfer; ///< a leadership transfer ended: true if another server took over

  std::uint64_t write = 0; ///< number of the newest write handed out in this or an earlier output; starts at 1
  bool must_write = false; ///< this output has something to write: the four members below
  std::optional<hard_state> state;
  std::optional<log_reset> reset;
  std::optional<index_t> truncate_from; ///< delete the entries from here on before appending `entries`
  std::vector<entry_ptr> entries;
  std::vector<message> messages_when_durable;

  index_t commit = 0;
  std::vector<entry_ptr> apply; ///< newly committed entries of every kind, in order
  std::vector<chunk_request> chunk_requests;
  std::vector<chunk_received> chunks;
  std::optional<refused_message> refused; ///< one of the messages rejected since the last output; `counters` has their
                                          ///< number
};

/// The leader's view of one member, for autopilot.
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
  std::uint64_t ignored_messages = 0; ///< all rejected messages: malformed, for another storage, and the two below
  std::uint64_t strangers = 0;        ///< from non-members that may not send such a message
  std::uint64_t conflicts = 0;        ///< contradicting committed decisions: a second leader in a term, other committed
                                      ///< entries
  std::uint64_t elections = 0;        ///< campaigns of this server
  std::uint64_t quorum_losses = 0;    ///< stepped down because no majority answered
  std::uint64_t snapshots_sent = 0;
};

/// Raft as a step machine. It has no clock: every time-dependent call takes `now`, which must not go back. After any
/// number of calls `take_output` returns the work to do; nothing takes effect outside before that. Not thread-safe.
class machine {
public:
  /// `log` and `random` must outlive the machine. `own` identifies this server and its storage.
  machine(identity own, settings limits, const log_view& log, std::mt19937_64& random);
  ~machine();
  machine(machine&&) noexcept;
  machine& operator=(machine&&) noexcept;

  /// Call once, before anything else: restores the state found on disk. A voter that may have made a promise before
  /// waits for one promise before it votes; a sole voter campaigns at the first tick.
  void restore(const initial_state& state, time_point now);
  /// Makes `members` the first entry of an empty log (index 1, term 1). Every server that bootstraps must be given the
  /// same list. Returns false if a log or a term exists.
  bool bootstrap(const configuration& members, time_point now);

  /// Handles a message. Ignores and counts messages that are malformed, for another storage, not allowed for the
  /// sender, or contradicting committed decisions.
  void step(message incoming, time_point now);
  /// Advances the time. Required at `next_deadline()`, harmless at any other time.
  void tick(time_point now);
  /// The time of the next required `tick`; `time_point::max()`: none (a sole voter that leads).
  time_point next_deadline() const;

  /// Appends a batch. The entries get their timestamps from `wall_ns`, the wall clock. They take effect when they come
  /// out of `output::apply` with the term of this leadership. The outcome of a write that has an index when its leader
  /// loses leadership is unknown.
  result<index_range> propose(std::vector<proposal> batch, std::int64_t wall_ns, time_point now);
  /// Appends a new configuration, one change at a time. It is committed when its index comes out of `apply`.
  result<index_t> propose_configuration(const configuration_change& change, std::int64_t wall_ns, time_point now);
  /// Transfers leadership, by default to the most up-to-date voter. Returns the target; `output::transfer` reports the
  /// outcome.
  result<identity> transfer_leadership(std::optional<std::string> target, time_point now);
  /// Starts a read that sees every write acknowledged before this call. The token comes back in `output::reads` or
  /// `output::failed_reads`.
  result<void> read_index(std::uint64_t token, time_point now);

  /// Write number `write` and all earlier ones are durable.
  void log_written(std::uint64_t write, time_point now);
  /// A write failed, and with it all later ones: carry out none of them and send none of their `messages_when_durable`.
  /// The machine steps down, and later hands out again what the disk lacks. In production the process stops.
  void log_failed(time_point now);
  /// The state machine has applied everything up to `index`.
  void applied(index_t index);
  /// The disk has not answered for too long: gives up leadership until a write completes. `tick` detects by itself when
  /// a write exceeds `settings::disk_stall`.
  void disk_stalled(time_point now);

  /// The connection to a member broke. If it is the leader's, an election starts as soon as the promise to it expires.
  void connection_lost(const std::string& id, time_point now);
  void connection_restored(const std::string& id, time_point now);

  /// A snapshot of the local state is durable and can be sent; the machine offers the newest one to followers.
  void snapshot_written(const snapshot_meta& meta);
  /// Log entries up to `index` (of `term`) are deleted from disk: only durable entries that a snapshot covers.
  void compacted(index_t index, term_t term);
  /// Answers a `chunk_request`. `done`: the snapshot ends with these bytes.
  void snapshot_chunk_read(const chunk_request& request, std::string data, bool done, time_point now);
  /// Answers a `chunk_request` if the snapshot no longer exists.
  void snapshot_chunk_missing(const chunk_request& request, time_point now);
  /// Answer a `chunk_received`; `size` is the number of bytes now stored.
  void snapshot_chunk_stored(const std::string& snapshot, std::uint64_t size, time_point now);
  void snapshot_installed(const snapshot_meta& meta, time_point now);
  void snapshot_failed(const std::string& snapshot, time_point now);

  /// Steps down (naming a successor if there is one) and takes no further part in elections.
  void shut_down(time_point now);
  /// Applies new times and limits; existing promises keep their length.
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
  /// Follower: when it last heard from its leader. Leader: the time up to which a majority is known to follow.
  time_point last_contact(time_point now) const;
  /// Leader: the status of every other member. Otherwise empty.
  std::vector<peer_status> peers() const;

  /// A leader may answer reads from the applied state without asking anyone while its clock is before this time (Raft
  /// dissertation 6.4.1); `time_point::max()` for a sole voter. Nothing if this server is not leader, is transferring
  /// leadership, or has not applied all entries of earlier terms. A reader takes the state first and checks lease and
  /// clock afterwards.
  std::optional<time_point> lease_valid_until() const;
  /// This server has promised its vote to no one but its leader until then.
  time_point promised_until() const;

private:
  class core;
  std::unique_ptr<core> core_;
};

} // namespace praetor::raft
