#pragma once

#include "protocol/types/error.hpp"
#include "storage/warning.hpp"

#include <filesystem>

namespace praetor::storage {

/// RocksDB takes a manifest that breaks off early for a whole one: where damage makes a record of it look like
/// unwritten space, it forgets the tables that were added after it, and the entries in them, without a word. So a file
/// beside the manifest says how far it reached, and with which sum, when tables last changed.

/// Notes the manifest as it is now. What it notes is durable first.
expected<void> seal_manifest(const std::filesystem::path& directory);

/// Before the database is opened: the manifest has to hold all that was noted. A directory without a note is taken as
/// it is; an unreadable note is told of and left out of account.
expected<void> check_manifest(const std::filesystem::path& directory, const warning_callback& warn);

} // namespace praetor::storage
