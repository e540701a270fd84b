#pragma once

#include "protocol/types/error.hpp"
#include "storage/warning.hpp"

#include <filesystem>

namespace praetor::storage {

/// RocksDB accepts a truncated manifest: where damage makes a record look like unwritten space, it silently loses the
/// tables that were added afterwards, with the entries in them. Therefore a file beside the manifest stores its length
/// and checksum as of the last change of tables.

/// Seals the manifest in its present state, after syncing it.
expected<void> seal_manifest(const std::filesystem::path& directory);

/// Call before the database is opened: the manifest must contain everything that was sealed. A directory without a seal
/// is accepted; an unreadable seal is reported and ignored.
expected<void> check_manifest(const std::filesystem::path& directory, const warning_callback& warn);

} // namespace praetor::storage
