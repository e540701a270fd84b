#pragma once

#include "sim/duration.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace praetor::sim {

/// Records the index at which each value was stored, as seen in answers. No value is written twice, so each has a
/// single index; and an answer with an index shows every change up to it.
class value_book {
public:
  /// An answer with index `answer_index` showed this value and its ModifyIndex.
  /// @returns a contradiction with an earlier answer, or ""
  std::string saw(const std::string& name, const std::string& value, std::uint64_t modify_index,
                  std::uint64_t answer_index);
  /// @returns a sentence for each answer that showed an outdated value
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
