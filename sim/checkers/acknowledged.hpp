#pragma once

#include "sim/checkers/contents.hpp"
#include "sim/history.hpp"

#include <string>
#include <vector>

namespace praetor::sim {

/// What was acknowledged is there at the end, unless something that may have come later took its place.
/// @param where whose contents these are
/// @returns a sentence for each register that holds what was overwritten
std::vector<std::string> lost_writes(const history& h, const contents& at_the_end, const std::string& where);

} // namespace praetor::sim
