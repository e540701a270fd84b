#pragma once

#include "sim/checkers/contents.hpp"
#include "sim/history.hpp"

#include <string>
#include <vector>

namespace praetor::sim {

/// Checks that acknowledged writes are present at the end, unless a possibly later write replaced them.
/// @param where the source of the contents
/// @returns a sentence for each register with an overwritten value
std::vector<std::string> lost_writes(const history& h, const contents& at_the_end, const std::string& where);

} // namespace praetor::sim
