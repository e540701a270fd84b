#pragma once

#include "sim/checkers/search.hpp"

#include <string>

namespace praetor::sim {

/// What came out of the search for one group of registers that operations tie together.
struct group_verdict {
  std::vector<std::string> names;
  std::size_t operations = 0;
  verdict found = verdict::explained;
};

/// Judges each group of registers on its own: two registers are in one group if some operation touches both.
/// @param most_states for each group, as in find_order
std::vector<group_verdict> judge_order(const std::vector<operation>& operations, std::uint64_t most_states);
/// "kv/1, kv/2".
std::string joined(const std::vector<std::string>& names);

} // namespace praetor::sim
