#pragma once

#include "protocol/swim/coordinate.hpp"
#include "protocol/swim/types.hpp"
#include "protocol/types/error.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The messages of gossip and their encoding. A packet is "PG", a version byte, and messages: two bytes of length, one
/// of kind, a MessagePack map. Unknown message kinds and unknown members are skipped, so that neighbouring versions
/// interoperate. Addresses are "ip:port".
namespace praetor::swim {

using lamport_time = std::uint64_t;

/// The protocol versions that a member supports.
struct versions {
  std::uint8_t protocol_min = 1, protocol_max = 5, protocol_current = 2;
  std::uint8_t delegate_min = 2, delegate_max = 5, delegate_current = 4;

  bool operator==(const versions&) const = default;
  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"pn"}, self.protocol_min);
    f(field{"px"}, self.protocol_max);
    f(field{"pc"}, self.protocol_current);
    f(field{"dn"}, self.delegate_min);
    f(field{"dx"}, self.delegate_max);
    f(field{"dc"}, self.delegate_current);
  }
};

/// Probes `target`, which answers with an ack to the source address.
struct ping {
  std::uint32_t sequence = 0;
  std::string target, source; ///< names

  bool operator==(const ping&) const = default;
  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"q"}, self.sequence);
    f(field{"t"}, self.target);
    f(field{"s"}, self.source);
  }
};

/// Probe `target` on my behalf, and report if it does not answer (SWIM 3.1).
struct indirect_ping {
  std::uint32_t sequence = 0;
  std::string target, address, source;
  bool wants_nack = true;

  bool operator==(const indirect_ping&) const = default;
  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"q"}, self.sequence);
    f(field{"t"}, self.target);
    f(field{"a"}, self.address);
    f(field{"s"}, self.source);
    f(field{"w"}, self.wants_nack);
  }
};

struct ack {
  std::uint32_t sequence = 0;
  std::optional<swim::coordinate> place; ///< the responder's
  std::optional<std::uint64_t> roster{}; ///< fingerprint of its live members

  bool operator==(const ack&) const = default;
  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"q"}, self.sequence);
    f(field{"c"}, self.place);
    f(field{"r"}, self.roster);
  }
};

struct nack {
  std::uint32_t sequence = 0;

  bool operator==(const nack&) const = default;
  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"q"}, self.sequence);
  }
};

struct suspect {
  std::uint64_t incarnation = 0;
  std::string name, from;

  bool operator==(const suspect&) const = default;
  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"i"}, self.incarnation);
    f(field{"n"}, self.name);
    f(field{"f"}, self.from);
  }
};

struct alive {
  std::uint64_t incarnation = 0;
  std::string name, address;
  string_map tags;
  swim::versions speaks;

  bool operator==(const alive&) const = default;
  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"i"}, self.incarnation);
    f(field{"n"}, self.name);
    f(field{"a"}, self.address);
    f(field{"t"}, self.tags);
    f(field{"v"}, self.speaks);
  }
};

/// `from` declares `name` dead; if both are the same, it left.
struct dead {
  std::uint64_t incarnation = 0;
  std::string name, from;

  bool operator==(const dead&) const = default;
  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"i"}, self.incarnation);
    f(field{"n"}, self.name);
    f(field{"f"}, self.from);
  }
};

struct join_intent {
  lamport_time time = 0;
  std::string name;

  bool operator==(const join_intent&) const = default;
  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"l"}, self.time);
    f(field{"n"}, self.name);
  }
};

struct leave_intent {
  lamport_time time = 0;
  std::string name;
  bool prune = false; ///< remove the member at once

  bool operator==(const leave_intent&) const = default;
  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"l"}, self.time);
    f(field{"n"}, self.name);
    f(field{"p"}, self.prune);
  }
};

struct user_event {
  lamport_time time = 0;
  std::string name, payload;
  bool coalesce = false;

  bool operator==(const user_event&) const = default;
  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"l"}, self.time);
    f(field{"n"}, self.name);
    f(field{"p"}, self.payload);
    f(field{"c"}, self.coalesce);
  }
};

struct query {
  lamport_time time = 0;
  std::uint32_t id = 0; ///< distinguishes queries of the same time
  std::string source, address;
  string_list nodes; ///< only these members; empty: all
  string_map tags;   ///< only members whose tag matches this regular expression (RE2, unanchored)
  bool wants_ack = false;
  std::uint8_t relay_factor = 0; ///< number of members that relay an answer
  nanoseconds timeout{0};
  std::string name, payload;

  bool operator==(const query&) const = default;
  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"l"}, self.time);
    f(field{"i"}, self.id);
    f(field{"s"}, self.source);
    f(field{"a"}, self.address);
    f(field{"fn"}, self.nodes);
    f(field{"ft"}, self.tags);
    f(field{"k"}, self.wants_ack);
    f(field{"r"}, self.relay_factor);
    f(field{"o"}, self.timeout);
    f(field{"n"}, self.name);
    f(field{"p"}, self.payload);
  }
};

struct query_response {
  lamport_time time = 0;
  std::uint32_t id = 0;
  std::string from;
  bool is_ack = false; ///< acknowledges receipt; an answer may follow
  std::string payload;

  bool operator==(const query_response&) const = default;
  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"l"}, self.time);
    f(field{"i"}, self.id);
    f(field{"f"}, self.from);
    f(field{"k"}, self.is_ack);
    f(field{"p"}, self.payload);
  }
};

/// Forward `message` (encoded, without its length) to `address`.
struct relay {
  std::string address, message;

  bool operator==(const relay&) const = default;
  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"a"}, self.address);
    f(field{"m"}, self.message);
  }
};

/// The order defines the kind byte: append only.
using message = std::variant<ping, indirect_ping, ack, nack, suspect, alive, dead, join_intent, leave_intent,
                             user_event, query, query_response, relay>;

/// Kind byte and body.
std::string encode(const message& value);
/// @param bytes of one message. Nothing: a kind unknown to this version.
expected<std::optional<message>> decode_message(std::string_view bytes);

inline constexpr std::size_t packet_header_size = 3;  ///< before the first message
inline constexpr std::size_t message_header_size = 2; ///< before each message
/// A packet of encoded messages.
std::string compose_packet(const std::vector<std::string>& messages);
/// Decodes the messages of a packet. Error: not a packet, with a description, or over the limits; messages before a
/// malformed one are lost with it. `check` validates the content.
expected<std::vector<message>> decode_packet(std::string_view bytes);
/// Checks a received message against the limits (limits.hpp). The error names the limit and the value.
expected<void> check(const message& m);
expected<void> check(const alive& a);
expected<void> check(const user_event& e);
/// Whether `check` is enforced: always, unless a deliberate bug disables it.
bool limits_in_force();
/// Describes foreign bytes for people.
std::string describe_foreign(std::string_view bytes);

// ---- streams -----------------------------------------------------------------------------------------------------

enum class node_condition : std::uint8_t { alive = 0, suspect = 1, dead = 2, left = 3 };

/// One member's view of another.
struct node_entry {
  alive is;
  node_condition condition = node_condition::alive;

  bool operator==(const node_entry&) const = default;
  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"n"}, self.is);
    f(field{"s"}, self.condition);
  }
};

/// The full state of a member. Answered with the other member's.
struct push_pull {
  bool join = false;
  std::vector<node_entry> nodes;
  lamport_time time = 0, event_time = 0, query_time = 0;
  std::map<std::string, lamport_time> status_times; ///< by member: the time of its newest intent
  string_list left;                                 ///< members that left
  std::vector<user_event> events;                   ///< the newest ones

  bool operator==(const push_pull&) const = default;
  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"j"}, self.join);
    f(field{"n"}, self.nodes);
    f(field{"l"}, self.time);
    f(field{"le"}, self.event_time);
    f(field{"lq"}, self.query_time);
    f(field{"st"}, self.status_times);
    f(field{"lm"}, self.left);
    f(field{"e"}, self.events);
  }
};

/// Why a push/pull was rejected.
struct refusal {
  std::string text;

  bool operator==(const refusal&) const = default;
  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"t"}, self.text);
  }
};

/// The order defines the kind byte: append only.
using stream_message = std::variant<push_pull, ping, ack, refusal>;
std::string encode(const stream_message& value);
/// Decodes within the limits and stops at the first violation, so that the memory used is proportional to the input.
expected<stream_message> decode_stream(std::string_view bytes);

} // namespace praetor::swim
