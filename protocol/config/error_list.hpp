#pragma once

#include <string>
#include <vector>

namespace praetor::config {

/// "1 error occurred:\n\t* text\n\n", the form in which several errors are reported together.
std::string list_of_errors(const std::vector<std::string>& errors);

} // namespace praetor::config
