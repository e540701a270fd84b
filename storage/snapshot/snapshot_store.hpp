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

/// Takes the bytes of one new snapshot. One that is destroyed before `commit` leaves nothing behind.
class snapshot_sink {
public:
  virtual ~snapshot_sink() = default;
  virtual const std::string& id() const = 0;
  virtual expected<void> write(std::string_view bytes) = 0;
  /// Makes the snapshot durable and visible, all of it or nothing. Older ones beyond the number to keep go away.
  virtual expected<snapshot_meta> commit() = 0;
};

/// A stored snapshot, whose checksum was right when it was opened. Stays readable when the store drops it meanwhile.
class snapshot_source {
public:
  virtual ~snapshot_source() = default;
  virtual const snapshot_meta& meta() const = 0;
  /// Up to `max` bytes of the state from `offset` on; empty at the end.
  virtual expected<std::string> read_at(std::uint64_t offset, std::size_t max) = 0;
};

/// What a new snapshot covers. The id, the size and the list of peers follow from it.
struct snapshot_request {
  std::string id; ///< of a snapshot that came from another server; empty: made from `now`
  std::uint64_t index = 0;
  std::uint64_t term = 0;
  snapshot_configuration configuration;
  std::uint64_t configuration_index = 0;
  std::int64_t time_ns = 0; ///< stamp of the entry at `index`
};

/// A server's Raft snapshots. The bytes of the state mean nothing here.
class snapshot_store {
public:
  virtual ~snapshot_store() = default;
  /// Starts a snapshot; `now` is Unix time and becomes a part of its name.
  virtual expected<std::unique_ptr<snapshot_sink>> create(snapshot_request request, std::chrono::milliseconds now) = 0;
  /// Newest (highest term, index, time) first. One whose meta data can't be read is in the list as what its name says,
  /// with size -1; it does not open.
  virtual expected<std::vector<snapshot_meta>> list() = 0;
  /// Verifies all of it before it hands it out.
  virtual expected<std::unique_ptr<snapshot_source>> open(const std::string& id) = 0;
  /// Drops all but the newest `keep`; those known to be damaged go first.
  virtual expected<void> reap(std::size_t keep) = 0;
};

/// The newest snapshot that is whole, or null if there is none at all. Each damaged one before it is reported; if only
/// damaged ones exist, that is an error: going on without would forget acknowledged writes.
expected<std::unique_ptr<snapshot_source>> open_newest(snapshot_store& store, const warning_callback& warn);

/// What an id says.
struct snapshot_name {
  std::uint64_t term = 0;
  std::uint64_t index = 0;
  std::chrono::milliseconds time{0};
};
/// Nothing unless the text is exactly `<term>-<index>-<ms>`.
std::optional<snapshot_name> parse_snapshot_id(std::string_view id);

/// For stores: the meta data of a new snapshot, its size open. A made id is moved on until it is not `taken`; a given
/// one must have the form of an id.
expected<snapshot_meta> meta_of(const snapshot_request& request, std::chrono::milliseconds now,
                                const std::function<bool(const std::string&)>& taken);

void sort_newest_first(std::vector<snapshot_meta>& list);

/// Snapshots kept: the newest, and one more in case the newest gets damaged.
inline constexpr std::size_t snapshots_kept = 2;

} // namespace praetor::storage
