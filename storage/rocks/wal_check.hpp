#pragma once

#include "protocol/types/error.hpp"
#include "storage/warning.hpp"

#include <filesystem>

namespace praetor::storage {

/// Checks the write-ahead logs of a RocksDB directory before it is opened, and distinguishes a torn tail from damage.
///
/// Each record is synced before the next one is written, so a crash can only damage the very last record. Hence invalid
/// bytes without a record after them are an unacknowledged write; they are truncated with a warning, so that the next
/// start does not find them in the middle of the log. If a record follows, the damaged one was acknowledged: that is an
/// error that names the file, and nothing is changed.
expected<void> mend_write_ahead_logs(const std::filesystem::path& directory, const warning_callback& warn);

} // namespace praetor::storage
