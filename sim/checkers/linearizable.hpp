#pragma once

#include "sim/checkers/search.hpp"

#include <string>

namespace praetor::sim {

/// The search result for one group of registers that operations connect.
struct group_verdict {
  std::vector<std::string> names;
  std::size_t operations = 0;
  verdict found = verdict::explained;
};

/// Checks each group of registers separately: two registers are in one group if some operation accesses both.
/// @param most_states per group, as in find_order
std::vector<group_verdict> judge_order(const std::vector<operation>& operations, std::uint64_t most_states);
/// "kv/1, kv/2".
std::string joined(const std::vector<std::string>& names);

} // namespace praetor::sim
