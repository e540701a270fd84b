#pragma once

#include "protocol/swim/address.hpp"
#include "protocol/swim/coordinate.hpp"
#include "protocol/swim/settings.hpp"
#include "protocol/swim/snapshot.hpp"
#include "protocol/swim/types.hpp"
#include "protocol/swim/wire.hpp"
#include "protocol/types/error.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::swim {

/// Decides whether these members may be in the pool. Called with all members of a state to be merged at a join, and
/// with each member reported alive (except the local one). Returns nothing to accept, otherwise the reason, which the
/// other side of a join is told.
using merge_check = std::function<std::optional<std::string>(const std::vector<member>&)>;

/// One datagram.
struct packet {
  std::string to; ///< "ip:port"
  std::string bytes;
  bool operator==(const packet&) const = default;
};

/// Open a stream to `to`, send `bytes` as one frame and wait for one frame. Then call `stream_answered` with it, or
/// `stream_failed`, shortly after `timeout` at the latest.
struct stream_request {
  std::uint64_t token = 0;
  std::string to; ///< "ip:port"
  std::string bytes;
  duration timeout{};
  bool operator==(const stream_request&) const = default;
};

enum class member_change : std::uint8_t { join, leave, fail, update, reap };
const char* to_string(member_change value);

struct member_event {
  member_change change = member_change::join;
  member who; ///< the current description; reap: the last one
  bool operator==(const member_event&) const = default;
};

/// A query of this or another member that passed the filters. Answer with `respond(handle, ...)`, or not at all. Names
/// that begin with "_serf_" are internal to the pool (see key_queries.hpp).
struct query_received {
  std::uint64_t handle = 0;
  std::string name, payload;
  std::string source; ///< the querying member
  time_point deadline;
  bool operator==(const query_received&) const = default;
};

/// An ack or an answer to an own query. Each member is reported at most once for each.
struct query_reply {
  std::uint64_t token = 0;
  std::string from;
  bool is_ack = false;
  std::string payload;
  bool operator==(const query_reply&) const = default;
};

/// An address that could not be joined.
struct join_failure {
  std::string address; ///< "ip:port", or the user's text if it did not resolve
  std::string why;
  std::string text() const { return "Failed to join " + address + ": " + why; }
  bool operator==(const join_failure&) const = default;
};
using join_failures = std::vector<join_failure>;

inline string_list texts_of(const join_failures& failures) {
  string_list out;
  for (const auto& f : failures) out.push_back(f.text());
  return out;
}

/// A join has ended.
struct join_result {
  std::uint64_t token = 0;
  std::size_t reached = 0; ///< number of addresses that answered
  join_failures errors;
  bool operator==(const join_result&) const = default;
};

/// Another process uses the name of a live member.
struct conflict {
  std::string name, known, claimed; ///< addresses
  bool operator==(const conflict&) const = default;
};

/// An event for the log.
struct notice {
  enum class kind_t : std::uint8_t {
    // warnings
    packet_refused, ///< a packet or a message in it; `subject`: its source
    stream_refused, ///< `subject`: its source
    merge_refused,  ///< `subject`: the other side
    member_refused, ///< the pool is full, or the merge check rejects the member; `subject`: the source of the message
    stream_only,    ///< a member answers over streams but not over packets
    refuted,        ///< another member took this one for failed; `subject`: the source of the message
    queue_trimmed,
    late_response, ///< `subject`: its source
    left_early,    ///< the broadcast of the own leave did not reach enough members in time
    // for debugging
    suspected,        ///< `subject` does not answer this member
    declared_dead,    ///< `subject` did not refute the suspicion in time
    push_pull_failed, ///< `subject`: an address
    address_changed,
    reconnecting,
    coordinate_refused,
  };
  kind_t kind = kind_t::packet_refused;
  std::string subject;
  std::string text; ///< for people; for rejections the reason only
  bool operator==(const notice&) const = default;
};
/// True for kinds that operators should see.
bool is_warning(notice::kind_t kind);

/// Everything to do since the last call. The members are in the order of execution.
struct output {
  std::vector<std::string> snapshot_lines; ///< to append to the rejoin snapshot (without line ends)
  std::vector<packet> packets;
  std::vector<stream_request> streams;
  std::vector<member_event> member_events;
  std::vector<user_event> user_events; ///< of this and other members, each once
  std::vector<query_received> queries;
  std::vector<query_reply> replies;
  std::vector<std::uint64_t> closed_queries; ///< tokens of own queries that have timed out: no more replies follow
  std::vector<join_result> joins;
  std::vector<conflict> conflicts;
  std::vector<notice> notices;
  bool status_changed = false; ///< a member is about to leave, or no longer is: no event reports it
  bool left = false;           ///< the requested leave is complete: call `stop`, and close the sockets

  bool operator==(const output&) const = default;
};

struct join_options {
  bool ignore_old_events = true; ///< do not deliver events that the pool saw before the join
  bool first_only = false;       ///< tries one address after the other until one answers
};

struct query_options {
  string_list nodes; ///< only these members; empty: all
  string_map tags;   ///< tag name and the regular expression that its value must match
  bool wants_acks = false;
  std::uint8_t relay_factor = 0; ///< 0 to 5
  duration timeout{};            ///< zero: `default_query_timeout`
};

/// Counts since the start.
struct counters {
  std::uint64_t refused_packets = 0;  ///< whole ones
  std::uint64_t refused_messages = 0; ///< in accepted packets: over a limit, or a counter out of reach
  std::uint64_t refused_streams = 0;  ///< frames that started or answered an exchange
  std::uint64_t flaps = 0;            ///< members that came back within a minute
  std::uint64_t probes = 0, failed_probes = 0;
  std::uint64_t joins = 0, failures = 0, leaves = 0, updates = 0;
  std::uint64_t events = 0, queries = 0, query_acks = 0, query_responses = 0;
  std::uint64_t coordinate_rejections = 0;
};

struct queue_lengths {
  std::size_t nodes = 0, intents = 0, events = 0, queries = 0;
};

/// One member of a gossip pool as a step machine: SWIM with Lifeguard for failure detection, Serf's rules on top
/// (joined, left, failed), plus user events, queries and network coordinates.
///
/// It has no clock: every time-dependent call takes `now`, which must not go back. After any number of calls
/// `take_output` returns the work to do. Bytes are plain: encryption is a layer around it (sealing.hpp). Not
/// thread-safe.
class machine {
public:
  /// @param own name, address, port, tags and versions of this member; the status is ignored
  /// @param random must outlive the machine
  machine(member own, settings limits, std::mt19937_64& random, merge_check check = {});
  ~machine();
  machine(machine&&) noexcept;
  machine& operator=(machine&&) noexcept;

  /// Call before `start`: restores the clocks of an earlier run.
  void restore(const lamport_clocks& seen);
  /// Call once: announces this member as alive.
  void start(time_point now);
  /// Stops probing and gossip. Only pending output remains.
  void stop();

  /// Advances the time. Required at `next_deadline()`, harmless at any other time.
  void tick(time_point now);
  /// The time of the next required `tick`.
  time_point next_deadline() const;

  /// Handles a datagram. Counts and reports messages that are malformed or exceed the limits (limits.hpp).
  /// @param from "ip:port", the address for answers
  /// @param proven false: the packet was not encrypted although this member has keys. Such a packet changes no keys.
  void packet_received(const std::string& from, std::string_view bytes, time_point now, bool proven = true);
  /// Handles a frame on a stream that another member opened. Returns the reply frame; empty: close the stream.
  std::string stream_received(const std::string& from, std::string_view bytes, time_point now);
  /// The outcome of a `stream_request`.
  void stream_answered(std::uint64_t token, std::string_view bytes, time_point now);
  void stream_failed(std::uint64_t token, const std::string& why, time_point now);

  /// Exchanges full states with each address ("ip:port"). `output::joins` reports the end with the token.
  std::uint64_t join(std::vector<std::string> addresses, join_options options, time_point now);
  /// Leaves the pool: `output::left` always follows, once the leave has had time to spread. Further calls have no
  /// effect.
  void leave(time_point now);
  /// Makes the pool treat a failed member as left; with `prune` it is removed at once. A live member refutes it.
  /// Unknown names are broadcast all the same.
  void force_leave(const std::string& name, bool prune, time_point now);
  /// Sets the tags and broadcasts them as a new incarnation. Error: larger than the limit.
  expected<void> update_tags(string_map tags, time_point now);

  /// Broadcasts to every member, this one included. Error: larger than the limit.
  expected<void> send_user_event(const std::string& name, const std::string& payload, bool coalesce, time_point now);
  /// Queries every member, this one included. Returns the token of `output::replies` and `output::closed_queries`.
  /// Error: too large, an invalid expression, or too many open queries.
  expected<std::uint64_t> send_query(const std::string& name, const std::string& payload, const query_options& options,
                                     time_point now);
  /// Ends an own query early; its token appears in no further output.
  void close_query(std::uint64_t token);
  /// Answers a query once. Error: too large, too late, or already answered.
  expected<void> respond(std::uint64_t handle, const std::string& payload, time_point now);
  /// gossip_interval x 16 x ceil(log10(n + 1)).
  duration default_query_timeout() const;

  bool has_output() const;
  output take_output();

  const member& own() const;
  /// Sorted by name, including the local member.
  member_list members() const;
  std::optional<member> find(const std::string& name) const;
  std::size_t member_count() const;
  std::size_t count(member_status status) const;
  /// Leaving or left.
  bool has_left() const;
  std::size_t health_score() const;
  lamport_clocks clocks() const;
  queue_lengths queued() const;
  const counters& count() const;
  const settings& limits() const;

  const swim::coordinate& coordinate() const;
  /// The last coordinate received from a member; the own one for the own name.
  std::optional<swim::coordinate> coordinate_of(const std::string& name) const;
  std::size_t coordinate_resets() const;

private:
  class core;
  std::unique_ptr<core> core_;
};

} // namespace praetor::swim
