#pragma once

#include "storage/state/store.hpp"

#include <functional>

namespace praetor::state {

enum class record_scope {
  internal, ///< everything: for Raft snapshots
  exported, ///< for users' archives: without the records that only servers exchange
};

/// Receives a record: its type byte (command_type) and MessagePack. @returns false to stop.
using record_visitor = std::function<bool(std::uint8_t type, std::string_view bytes)>;

/// Visits all records of a state in archive order. `bytes` is valid during the call only.
/// @returns false if the visitor stopped.
bool for_each_record(const store& s, record_scope scope, const record_visitor& visit);

/// Writes a whole state: the header with LastIndex, then all records. `write` receives pieces of any size and returns
/// false to stop.
bool write_state(const store& s, record_scope scope, const std::function<bool(std::string_view)>& write);

/// A state that is being restored from records.
struct restored_state {
  struct tables tables;
  /// Entries of the index table. They are applied last, over the values that other records imply.
  std::vector<std::pair<std::string, std::uint64_t>> indexes;
  std::uint64_t opaque_count = 0; ///< numbers the uninterpreted records
};

/// Restores a state record by record.
class state_builder {
public:
  /// @param last_index from the archive's header
  explicit state_builder(std::uint64_t last_index);
  /// @returns the record's fault, if any; add nothing after an error.
  expected<void> add(std::uint8_t type, std::string_view bytes);
  /// Returns the finished tables, with the indexes of the records.
  struct tables finish() &&;

private:
  restored_state state_;
};

/// Reads the output of `write_state` (or of a Consul server).
expected<struct tables> read_state(std::string_view bytes);

/// Equal for equal states, on every platform: covers all records, lock delays and the last index.
std::uint64_t content_hash(const store& s);

} // namespace praetor::state
