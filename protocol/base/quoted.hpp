#pragma once

#include <string>
#include <string_view>

namespace praetor {

/// Go's %q: double quotes with Go's escapes.
std::string quoted(std::string_view text);

} // namespace praetor
