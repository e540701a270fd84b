#pragma once

#include <string>
#include <string_view>

namespace praetor::cli {

/// Joins two parts of a slash-separated path and cleans the result: no empty parts, no "." and "..", no trailing slash.
std::string join_path(std::string_view first, std::string_view second);

} // namespace praetor::cli
