#pragma once

#include "protocol/types/acl.hpp"
#include "protocol/types/commands.hpp"

#include <cstddef>
#include <initializer_list>

namespace praetor::state {

/// A name or an id, in bytes: far beyond what DNS, certificates and gossip can carry.
inline constexpr std::size_t longest_name = 1024;
/// The maximal length of a key in the key/value store, or of any part of a table's key, in bytes. Bounds the depth of
/// the trees, whose traversal is recursive. It also applies to log entries, so it must never change.
inline constexpr std::size_t longest_key = 16 << 10;
/// The maximal length of any other text except a key's value, in bytes: clients can't send more by default, and check
/// outputs have 4 kB.
inline constexpr std::size_t longest_text = 1 << 20;
/// The maximal number of elements in a list or map. The largest batch that servers write is 4,096 expired tokens.
inline constexpr std::size_t most_elements = 8192;
/// The maximal number of operations in a transaction; Consul's own limit.
inline constexpr std::size_t most_operations = 128;
/// The maximal nesting of free-form configuration. The reader's own limit (msgpack::reader::max_depth) is higher.
inline constexpr std::size_t deepest_free_form = 100;
/// The maximal size of an archive chunk in one entry; the writer sends 256 KiB.
inline constexpr std::size_t largest_piece = 1 << 20;
/// The maximal size of a command in bytes: a message between servers holds 64 MiB, which must leave ample room around
/// an entry.
inline constexpr std::size_t largest_command = 32 << 20;
/// The longest session TTL (Consul: SessionTTLMax in agent/structs).
inline constexpr nanoseconds longest_session_ttl = std::chrono::hours(24);
/// The longest duration in the autopilot configuration, so that sums with it can't overflow.
inline constexpr nanoseconds longest_autopilot_wait = std::chrono::hours(24 * 365);
/// The largest index in a restored archive: half of the range of 63 bits, so that later indexes never overflow the
/// signed integers of clients. It also applies to log entries.
inline constexpr std::uint64_t largest_index = std::uint64_t{1} << 62;

/// Records the first fault of a command.
class first_fault {
public:
  bool found() const { return !text_.empty(); }
  /// "Service.Port: 70000 is no port"
  const std::string& text() const { return text_; }
  void add(std::string_view member, std::string_view what);

  /// A required text.
  void need(std::string_view member, std::string_view value);
  /// A name or id that becomes part of a key: limits the length and rejects control characters.
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
