#pragma once

#include "protocol/types/error.hpp"
#include "storage/snapshot/snapshot_meta.hpp"
#include "storage/warning.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::storage {

/// Receives the bytes of one new snapshot. If destroyed before `commit`, it leaves nothing behind.
class snapshot_sink {
public:
  virtual ~snapshot_sink() = default;
  virtual const std::string& id() const = 0;
  virtual expected<void> write(std::string_view bytes) = 0;
  /// Makes the snapshot durable and visible atomically. Deletes older ones beyond the number to keep.
  virtual expected<snapshot_meta> commit() = 0;
};

/// A stored snapshot whose checksum was verified at open. Remains readable if the store deletes it.
class snapshot_source {
public:
  virtual ~snapshot_source() = default;
  virtual const snapshot_meta& meta() const = 0;
  /// Reads up to `max` bytes of the state at `offset`; empty at the end.
  virtual expected<std::string> read_at(std::uint64_t offset, std::size_t max) = 0;
};

/// The metadata of a new snapshot. Id, size and peers are derived from it.
struct snapshot_request {
  std::string id; ///< of a snapshot from another server; empty: derived from `now`
  std::uint64_t index = 0;
  std::uint64_t term = 0;
  snapshot_configuration configuration;
  std::uint64_t configuration_index = 0;
  std::int64_t time_ns = 0; ///< timestamp of the entry at `index`
};

/// A server's Raft snapshots. The state's bytes are opaque to it.
class snapshot_store {
public:
  virtual ~snapshot_store() = default;
  /// Starts a snapshot; `now` is Unix time and becomes part of its id.
  virtual expected<std::unique_ptr<snapshot_sink>> create(snapshot_request request, std::chrono::milliseconds now) = 0;
  /// Newest (highest term, index, time) first. A snapshot with unreadable metadata is listed by its id, with size -1;
  /// it does not open.
  virtual expected<std::vector<snapshot_meta>> list() = 0;
  /// Verifies the whole snapshot first.
  virtual expected<std::unique_ptr<snapshot_source>> open(const std::string& id) = 0;
  /// Deletes all but the newest `keep`, damaged ones first.
  virtual expected<void> reap(std::size_t keep) = 0;
};

/// The newest intact snapshot, or null if there are none at all. Reports each damaged one. If only damaged ones exist,
/// that is an error: continuing without them would lose acknowledged writes.
expected<std::unique_ptr<snapshot_source>> open_newest(snapshot_store& store, const warning_callback& warn);

/// The parts of a snapshot id.
struct snapshot_name {
  std::uint64_t term = 0;
  std::uint64_t index = 0;
  std::chrono::milliseconds time{0};
};
/// Nothing unless the text is exactly `<term>-<index>-<ms>`.
std::optional<snapshot_name> parse_snapshot_id(std::string_view id);

/// For implementations: the metadata of a new snapshot, without its size. Changes a derived id until it is not `taken`;
/// validates a given one.
expected<snapshot_meta> meta_of(const snapshot_request& request, std::chrono::milliseconds now,
                                const std::function<bool(const std::string&)>& taken);

void sort_newest_first(std::vector<snapshot_meta>& list);

/// The number of snapshots kept: the newest, and one more in case the newest gets damaged.
inline constexpr std::size_t snapshots_kept = 2;

} // namespace praetor::storage
