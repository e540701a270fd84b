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

/// May these members be in the pool? Asked with all members of a state that is to be merged at a join, and with each
/// member that is said to be alive (the own one aside). Nothing: yes. Otherwise why not; the other side of a join is
/// told.
using merge_check = std::function<std::optional<std::string>(const std::vector<member>&)>;

/// One datagram.
struct packet {
  std::string to; ///< "ip:port"
  std::string bytes;
  bool operator==(const packet&) const = default;
};

/// Open a stream to `to`, send `bytes` as one frame, wait for one frame: then call `stream_answered` with it, or
/// `stream_failed`, before `timeout` is much over.
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
  member who; ///< as it is now; reap: as it was
  bool operator==(const member_event&) const = default;
};

/// A query of this or another member that passed the filters. Answer with `respond(handle, ...)`, or not at all.
/// Names that begin with "_serf_" belong to the pool itself (see key_queries.hpp).
struct query_received {
  std::uint64_t handle = 0;
  std::string name, payload;
  std::string source; ///< the member that asks
  time_point deadline;
  bool operator==(const query_received&) const = default;
};

/// An ack or an answer to an own query. Each member is reported at most once as each.
struct query_reply {
  std::uint64_t token = 0;
  std::string from;
  bool is_ack = false;
  std::string payload;
  bool operator==(const query_reply&) const = default;
};

/// An address that could not be joined.
struct join_failure {
  std::string address; ///< "ip:port", or as the user wrote it if that could not be resolved
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

/// A join that was asked for is over.
struct join_result {
  std::uint64_t token = 0;
  std::size_t reached = 0; ///< how many addresses answered
  join_failures errors;
  bool operator==(const join_result&) const = default;
};

/// Another process uses the name of a member that is alive.
struct conflict {
  std::string name, known, claimed; ///< addresses
  bool operator==(const conflict&) const = default;
};

/// Worth a line in the log.
struct notice {
  enum class kind_t : std::uint8_t {
    // warnings
    packet_refused, ///< a packet or a message of it; `subject`: where it came from
    stream_refused, ///< likewise
    merge_refused,  ///< `subject`: the other side
    member_refused, ///< the pool has no room for this member, or the merge check does not want it; `subject`: who said
                    ///< so
    stream_only,    ///< a member answers over streams but not over packets
    refuted,        ///< somebody thought that this member were gone; `subject`: who said so
    queue_trimmed,
    late_response, ///< `subject`: where it came from
    left_early,    ///< a broadcast of the own leave did not reach enough members in time
    // for those who look closely
    suspected,        ///< `subject` does not answer this member
    declared_dead,    ///< nobody has heard of `subject` in time
    push_pull_failed, ///< `subject`: an address
    address_changed,
    reconnecting,
    coordinate_refused,
  };
  kind_t kind = kind_t::packet_refused;
  std::string subject;
  std::string text; ///< for people; where something was refused, the reason alone
  bool operator==(const notice&) const = default;
};
/// True for kinds that an operator should see.
bool is_warning(notice::kind_t kind);

/// Everything that has to happen since the last call; the order of members is the order of doing.
struct output {
  std::vector<std::string> snapshot_lines; ///< to be appended to the rejoin snapshot (without line ends)
  std::vector<packet> packets;
  std::vector<stream_request> streams;
  std::vector<member_event> member_events;
  std::vector<user_event> user_events; ///< of this and other members, each once
  std::vector<query_received> queries;
  std::vector<query_reply> replies;
  std::vector<std::uint64_t> closed_queries; ///< tokens of own queries whose time is over: no replies come any more
  std::vector<join_result> joins;
  std::vector<conflict> conflicts;
  std::vector<notice> notices;
  bool status_changed = false; ///< a member is about to leave, or is not any more: no event tells of it
  bool left = false;           ///< the leave that was asked for is through: `stop`, and close the sockets

  bool operator==(const output&) const = default;
};

struct join_options {
  bool ignore_old_events = true; ///< events that the pool has seen before are not delivered
  bool first_only = false;       ///< one after the other, until one answers
};

struct query_options {
  string_list nodes; ///< only these members; empty: all
  string_map tags;   ///< by tag: a regular expression that it must match
  bool wants_acks = false;
  std::uint8_t relay_factor = 0; ///< 0 to 5
  duration timeout{};            ///< zero: `default_query_timeout`
};

/// How often things happened since the start.
struct counters {
  std::uint64_t refused_packets = 0;  ///< whole ones
  std::uint64_t refused_messages = 0; ///< of packets that were taken: over a limit, or a counter out of reach
  std::uint64_t refused_streams = 0;  ///< frames that began or answered an exchange
  std::uint64_t flaps = 0;            ///< members that came back within a minute
  std::uint64_t probes = 0, failed_probes = 0;
  std::uint64_t joins = 0, failures = 0, leaves = 0, updates = 0;
  std::uint64_t events = 0, queries = 0, query_acks = 0, query_responses = 0;
  std::uint64_t coordinate_rejections = 0;
};

struct queue_lengths {
  std::size_t nodes = 0, intents = 0, events = 0, queries = 0;
};

/// One member of a gossip pool as a step machine: SWIM with Lifeguard below (who answers), Serf's rules above (who
/// joined, left, failed), user events, queries and network coordinates beside them.
///
/// No clock: every call that depends on time is passed `now`, which must not go back. After any number of calls,
/// `take_output` says what to do. Bytes are plain: encryption stands around it (sealing.hpp). Not safe for concurrent
/// use.
class machine {
public:
  /// @param own name, address, port, tags and versions of this member; the status does not count
  /// @param random must outlive the machine
  machine(member own, settings limits, std::mt19937_64& random, merge_check check = {});
  ~machine();
  machine(machine&&) noexcept;
  machine& operator=(machine&&) noexcept;

  /// Before `start`: what an earlier run of this member has seen.
  void restore(const lamport_clocks& seen);
  /// Once: this member is alive.
  void start(time_point now);
  /// No more probes, no more gossip. Nothing comes out any more but what is there already.
  void stop();

  /// Time has passed. Needed at `next_deadline()`; harmless at any other time.
  void tick(time_point now);
  /// When `tick` next has something to do.
  time_point next_deadline() const;

  /// A datagram arrived. What makes no sense, and what exceeds the limits (limits.hpp), is counted and noted.
  /// @param from "ip:port", where answers go
  /// @param proven false: the packet was not sealed, although this member has keys. Such a one changes no keys.
  void packet_received(const std::string& from, std::string_view bytes, time_point now, bool proven = true);
  /// Another member opened a stream and sent a frame: returns the frame that answers it; empty: close the stream.
  std::string stream_received(const std::string& from, std::string_view bytes, time_point now);
  /// How a `stream_request` went.
  void stream_answered(std::uint64_t token, std::string_view bytes, time_point now);
  void stream_failed(std::uint64_t token, const std::string& why, time_point now);

  /// Exchanges everything known with each address ("ip:port"). The end comes out of `output::joins` with the token.
  std::uint64_t join(std::vector<std::string> addresses, join_options options, time_point now);
  /// Says good-bye: `output::left` follows, in any case, when everybody should know. Asked again: no effect.
  void leave(time_point now);
  /// Makes the pool treat a failed member as one that left; with `prune` it is forgotten at once. One that is alive
  /// objects. Unknown names are told to the pool all the same.
  void force_leave(const std::string& name, bool prune, time_point now);
  /// New tags: told to the pool as a new incarnation. Error: larger than the limit.
  expected<void> update_tags(string_map tags, time_point now);

  /// Tells every member, this one included. Error: larger than the limit.
  expected<void> send_user_event(const std::string& name, const std::string& payload, bool coalesce, time_point now);
  /// Asks every member, this one included. Returns the token of `output::replies` and `output::closed_queries`.
  /// Error: too large, a bad expression, or too many queries are open.
  expected<std::uint64_t> send_query(const std::string& name, const std::string& payload, const query_options& options,
                                     time_point now);
  /// Ends an own query early; its token appears in no output any more.
  void close_query(std::uint64_t token);
  /// Answers a query, once. Error: too large, too late, or answered before.
  expected<void> respond(std::uint64_t handle, const std::string& payload, time_point now);
  /// gossip_interval x 16 x ceil(log10(n + 1)).
  duration default_query_timeout() const;

  bool has_output() const;
  output take_output();

  const member& own() const;
  /// By name; the own one among them.
  member_list members() const;
  std::optional<member> find(const std::string& name) const;
  std::size_t member_count() const;
  std::size_t count(member_status status) const;
  /// Leaving, or gone.
  bool has_left() const;
  std::size_t health_score() const;
  lamport_clocks clocks() const;
  queue_lengths queued() const;
  const counters& count() const;
  const settings& limits() const;

  const swim::coordinate& coordinate() const;
  /// The last coordinate that a member told this one; the own one by the own name.
  std::optional<swim::coordinate> coordinate_of(const std::string& name) const;
  std::size_t coordinate_resets() const;

private:
  class core;
  std::unique_ptr<core> core_;
};

} // namespace praetor::swim
