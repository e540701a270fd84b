#pragma once

#include "sim/duration.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace praetor::sim {

/// Which index each value was stored at, as answers told it. Values are never written twice, so each has but one; and
/// an answer for an index shows every change up to it.
class value_book {
public:
  /// An answer for `answer_index` showed this value with its ModifyIndex.
  /// @returns what contradicts an earlier sight, or ""
  std::string saw(const std::string& name, const std::string& value, std::uint64_t modify_index,
                  std::uint64_t answer_index);
  /// @returns a sentence for each answer that showed an older value than one it should have shown
  std::vector<std::string> judge() const;

private:
  struct sight {
    std::string name, value;
    std::uint64_t modify_index, answer_index;
  };
  std::map<std::string, std::map<std::uint64_t, std::string>> stored_; ///< by name and index
  std::map<std::pair<std::string, std::string>, std::uint64_t> indexes_;
  std::vector<sight> sights_;
};

} // namespace praetor::sim
