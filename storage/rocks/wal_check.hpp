#pragma once

#include "protocol/types/error.hpp"
#include "storage/warning.hpp"

#include <filesystem>

namespace praetor::storage {

/// Looks through the write-ahead logs of a RocksDB directory before it is opened, and tells a torn tail from damage.
///
/// We sync each record before the next one is written, so a crash can only spoil the very last record. Hence: bytes
/// that make no sense and after which no other record begins are a write that was never acknowledged; they are cut off
/// with a warning, so that the next start does not find them in the middle. If a record does begin after them, the
/// spoilt one had been acknowledged: that is an error which names the file, and nothing is changed.
expected<void> mend_write_ahead_logs(const std::filesystem::path& directory, const warning_callback& warn);

} // namespace praetor::storage
