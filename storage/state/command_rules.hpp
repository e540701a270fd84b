#pragma once

#include "protocol/types/acl.hpp"
#include "protocol/types/commands.hpp"

#include <cstddef>
#include <initializer_list>

namespace praetor::state {

/// A name or an id, in bytes: far beyond what DNS, certificates and gossip can carry.
inline constexpr std::size_t longest_name = 1024;
/// A key of the key/value store or any part of a table's key, in bytes. It bounds the depth of the trees, whose walks
/// are recursive, and so it holds for entries of the log as well: it must never change.
inline constexpr std::size_t longest_key = 16 << 10;
/// Any other text but a key's value, in bytes: by default no client can send more, and outputs of checks have 4 kB.
inline constexpr std::size_t longest_text = 1 << 20;
/// Elements of one list or map. The largest batch that servers write is 4,096 expired tokens.
inline constexpr std::size_t most_elements = 8192;
/// Operations of a transaction; Consul's own limit.
inline constexpr std::size_t most_operations = 128;
/// Values below each other in free-form configuration. The reader's own limit (msgpack::reader::max_depth) is higher.
inline constexpr std::size_t deepest_free_form = 100;
/// Bytes of a restored archive in one entry; the writer sends 256 KiB.
inline constexpr std::size_t largest_piece = 1 << 20;
/// A whole command, in bytes: a message between servers holds 64 MiB, and an entry has to fit in one with room to
/// spare.
inline constexpr std::size_t largest_command = 32 << 20;
/// The longest TTL of a session, as Consul limits it.
inline constexpr nanoseconds longest_session_ttl = std::chrono::hours(24);
/// The longest duration in autopilot's configuration. Nobody waits for longer, and sums with it don't overflow.
inline constexpr nanoseconds longest_autopilot_wait = std::chrono::hours(24 * 365);
/// The largest index in an archive that is restored: half of what 63 bits hold, so that counting on never overflows the
/// signed integers of clients. Holds for entries of the log as well.
inline constexpr std::uint64_t largest_index = std::uint64_t{1} << 62;

/// Takes down the first thing that is wrong with a command.
class first_fault {
public:
  bool found() const { return !text_.empty(); }
  /// "Service.Port: 70000 is no port"
  const std::string& text() const { return text_; }
  void add(std::string_view member, std::string_view what);

  /// A text that may not be missing.
  void need(std::string_view member, std::string_view value);
  /// A name or id that becomes part of a key: not too long, without control characters.
  void check_name(std::string_view member, std::string_view value);
  void check_port(std::string_view member, std::int64_t value);
  void check_one_of(std::string_view member, std::string_view value, std::initializer_list<std::string_view> known);

private:
  std::string text_;
};

// Rules of what commands of several kinds hold.

/// Whether an operation writes the record that it brings, and does not only look for it or remove it.
bool writes_record(std::string_view verb);
void check_ports(const node_service& s, first_fault& f);
/// @param verb of the operation on the entry
void check_kv_key(const kv_entry& e, std::string_view verb, first_fault& f);

} // namespace praetor::state
