#pragma once

#include <optional>
#include <string_view>

namespace praetor {

/// A boolean as Go's strconv.ParseBool reads it: 1, t, T, true, TRUE, True and their opposites; nothing for other
/// texts.
constexpr std::optional<bool> parse_bool(std::string_view text) {
  for (std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"})
    if (text == yes) return true;
  for (std::string_view no : {"0", "f", "F", "false", "FALSE", "False"})
    if (text == no) return false;
  return std::nullopt;
}

} // namespace praetor
