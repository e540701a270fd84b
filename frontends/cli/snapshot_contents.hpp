#pragma once

#include "protocol/types/error.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::cli {

/// How many records of one kind a snapshot holds, and how many bytes they take with their type byte.
struct record_share {
  std::string name;
  std::uint64_t size = 0, count = 0;
};

/// Which keys are counted: under what they have in common up to `depth` parts, if they begin with `filter`.
struct key_grouping {
  bool wanted = false;
  int depth = 2;
  std::string filter = {};
};

struct snapshot_contents {
  std::vector<record_share> records, keys; ///< the largest first
  std::uint64_t size = 0, keys_size = 0;
};

/// Counts the records of a state.bin.
expected<snapshot_contents> contents_of(std::string_view state, const key_grouping& keys);

/// Hands out the records of a state.bin in their order: the type byte, its name, the record's MessagePack, and how many
/// bytes of the file belong to it, the header counted with the first.
expected<void> for_each_record(std::string_view state,
                               const std::function<void(std::uint8_t type, const std::string& name,
                                                        std::string_view record, std::uint64_t size)>& each);

/// A record as JSON: in the form that clients know it in, or as it stands in the file.
std::string record_json(std::uint8_t type, std::string_view record);

/// "893B", "9.9KB", "10KB": at most one decimal, units of 1024.
std::string size_text(std::uint64_t bytes);

} // namespace praetor::cli
