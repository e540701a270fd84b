#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace praetor::json {

/// The outcome of a syntax check.
struct scan_result {
  std::size_t end = 0;   ///< just behind the first value
  std::string error;     ///< empty when the text is well formed
  bool too_deep = false; ///< the error is that the nesting exceeds the limit
};

/// Checks the syntax of the first JSON value in `text` without recursion.
/// @param whole_text only blanks may follow the value, and truncation errors are those of a complete document;
///   otherwise those of a stream (`EOF`, `unexpected EOF`)
/// @param max_depth the maximal nesting depth of objects and lists
scan_result scan(std::string_view text, bool whole_text, std::size_t max_depth);

} // namespace praetor::json
