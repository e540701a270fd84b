#pragma once

#include "storage/state/store.hpp"

#include <functional>

namespace praetor::state {

/// Type byte of a lock delay in a snapshot that servers exchange among themselves. It has the bit that lets readers who
/// don't know it skip it, and it is left out of archives for export.
inline constexpr std::uint8_t lock_delay_record = 128 | 72;

/// Likewise: by how much indexes are ahead of the log, and the pieces of an archive that is being restored.
inline constexpr std::uint8_t index_offset_record = 128 | 80;
inline constexpr std::uint8_t staged_record = 128 | 81;

enum class record_scope {
  internal, ///< everything: for Raft snapshots
  exported, ///< what an archive for users holds: without lock delays
};

/// Takes one record: its type byte (command_type) and MessagePack. @returns false to stop.
using record_visitor = std::function<bool(std::uint8_t type, std::string_view bytes)>;

/// Hands out all records of a state in the order of the archive. `bytes` is only valid during the call.
/// @returns false if it was stopped.
bool for_each_record(const store& s, record_scope scope, const record_visitor& visit);

/// Writes a whole state: the header with LastIndex, then all records. `write` may be called with pieces of any size and
/// returns false to stop.
bool write_state(const store& s, record_scope scope, const std::function<bool(std::string_view)>& write);

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
  struct tables tables_;
  std::vector<std::pair<std::string, std::uint64_t>> indexes_; // applied last, over those that insertion computed
  std::uint64_t foreign_count_ = 0;
};

/// Reads what `write_state` (or a real server) wrote.
expected<struct tables> read_state(std::string_view bytes);

/// Equal for equal states, on every machine: covers all records, lock delays and the last index.
std::uint64_t content_hash(const store& s);

} // namespace praetor::state
