#pragma once

#include <string_view>

namespace praetor {

/// ASCII white space; `blanks` are spaces and tabs only (HTTP's OWS, RFC 9110 5.6.3).
inline constexpr std::string_view white_space = " \t\r\n\v\f", blanks = " \t";

/// The text without leading and trailing characters of `unwanted`. A view into the argument.
constexpr std::string_view trimmed(std::string_view text, std::string_view unwanted = white_space) {
  auto first = text.find_first_not_of(unwanted);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(unwanted) - first + 1);
}

} // namespace praetor
