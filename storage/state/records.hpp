#pragma once

#include "storage/state/store.hpp"

#include <functional>

namespace praetor::state {

enum class record_scope {
  internal, ///< everything: for Raft snapshots
  exported, ///< what an archive for users holds: without the records that only servers exchange among themselves
};

/// Takes one record: its type byte (command_type) and MessagePack. @returns false to stop.
using record_visitor = std::function<bool(std::uint8_t type, std::string_view bytes)>;

/// Hands out all records of a state in the order of the archive. `bytes` is only valid during the call.
/// @returns false if it was stopped.
bool for_each_record(const store& s, record_scope scope, const record_visitor& visit);

/// Writes a whole state: the header with LastIndex, then all records. `write` may be called with pieces of any size and
/// returns false to stop.
bool write_state(const store& s, record_scope scope, const std::function<bool(std::string_view)>& write);

/// A state that is being rebuilt from records.
struct restored_state {
  struct tables tables;
  /// Records of the index table. They are applied last, over the values that other records imply.
  std::vector<std::pair<std::string, std::uint64_t>> indexes;
  std::uint64_t opaque_count = 0; ///< numbers the records that are only carried along
};

/// Rebuilds a state, one record after the other.
class state_builder {
public:
  /// @param last_index from the archive's header
  explicit state_builder(std::uint64_t last_index);
  /// @returns what is wrong with the record; nothing may be added after an error.
  expected<void> add(std::uint8_t type, std::string_view bytes);
  /// Done: the tables, indexes as the records say.
  struct tables finish() &&;

private:
  restored_state state_;
};

/// Reads what `write_state` (or a real server) wrote.
expected<struct tables> read_state(std::string_view bytes);

/// Equal for equal states, on every machine: covers all records, lock delays and the last index.
std::uint64_t content_hash(const store& s);

} // namespace praetor::state
