#pragma once

#include "protocol/types/error.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::cli {

/// The number of records of one kind in a snapshot, and their bytes including the type byte.
struct record_share {
  std::string name;
  std::uint64_t size = 0, count = 0;
};

/// Groups the keys that begin with `filter` by their first `depth` parts.
struct key_grouping {
  bool wanted = false;
  int depth = 2;
  std::string filter = {};
};

struct snapshot_contents {
  std::vector<record_share> records, keys; ///< largest first
  std::uint64_t size = 0, keys_size = 0;
};

/// Counts the records of a state.bin.
expected<snapshot_contents> contents_of(std::string_view state, const key_grouping& keys);

/// Visits the records of a state.bin in order: the type byte, its name, the record's MessagePack, and its size in the
/// file, with the header counted for the first one.
expected<void> for_each_record(std::string_view state,
                               const std::function<void(std::uint8_t type, const std::string& name,
                                                        std::string_view record, std::uint64_t size)>& each);

/// A record as JSON: in the form of the HTTP API, or else as in the file.
std::string record_json(std::uint8_t type, std::string_view record);

/// Formats a size: "893B", "9.9KB", "10KB", with at most one decimal, in units of 1024.
std::string size_text(std::uint64_t bytes);

} // namespace praetor::cli
