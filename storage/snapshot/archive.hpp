#pragma once

#include "protocol/types/error.hpp"
#include "storage/snapshot/gunzip.hpp"
#include "storage/snapshot/snapshot_meta.hpp"

#include <chrono>
#include <string>
#include <string_view>

/// The snapshot archive that clients save and restore: gzip over tar with meta.json, state.bin and SHA256SUMS
namespace praetor::storage {

/// No server gets there by counting; beyond it the next sums would wrap.
inline constexpr std::uint64_t largest_index = std::uint64_t{1} << 62;

/// Writes an archive piece by piece. `state` must yield exactly `meta.size` bytes.
/// @param now becomes the modification time of the files in it; Unix time
expected<void> write_archive(const snapshot_meta& meta, const byte_source& state, std::chrono::seconds now,
                             const byte_sink& out);

/// Reads and verifies an archive. `state` gets the bytes of state.bin before they are verified: nothing of it may be
/// used unless the result is good. The error texts are the reference's.
expected<snapshot_meta> read_archive(byte_source in, const byte_sink& state);

struct snapshot_archive {
  snapshot_meta meta;
  std::string state;
};

/// The same with everything in memory.
expected<std::string> pack_archive(const snapshot_meta& meta, std::string_view state, std::chrono::seconds now);
expected<snapshot_archive> unpack_archive(std::string_view archive);

} // namespace praetor::storage
