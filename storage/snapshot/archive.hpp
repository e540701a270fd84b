#pragma once

#include "protocol/types/error.hpp"
#include "storage/snapshot/gunzip.hpp"
#include "storage/snapshot/snapshot_meta.hpp"

#include <chrono>
#include <string>
#include <string_view>

/// The snapshot archive that clients save and restore: gzip over tar with meta.json, state.bin and SHA256SUMS (Consul:
/// snapshot/archive.go).
namespace praetor::storage {

/// No server reaches this index by counting; beyond it, sums could overflow.
inline constexpr std::uint64_t largest_index = std::uint64_t{1} << 62;

/// Writes an archive incrementally. `state` must yield exactly `meta.size` bytes.
/// @param now modification time of the files in it; Unix time
expected<void> write_archive(const snapshot_meta& meta, const byte_source& state, std::chrono::seconds now,
                             const byte_sink& out);

/// Reads and verifies an archive. `state` receives the bytes of state.bin before they are verified: discard them unless
/// the result is a success. The error texts are Consul's.
expected<snapshot_meta> read_archive(byte_source in, const byte_sink& state);

struct snapshot_archive {
  snapshot_meta meta;
  std::string state;
};

/// The same in memory.
expected<std::string> pack_archive(const snapshot_meta& meta, std::string_view state, std::chrono::seconds now);
expected<snapshot_archive> unpack_archive(std::string_view archive);

} // namespace praetor::storage
