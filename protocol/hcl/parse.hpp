#pragma once

#include <string_view>

#include "protocol/hcl/value.hpp"
#include "protocol/types/error.hpp"

namespace praetor::hcl {

/// Deeper nesting than this is refused, so that no input can exhaust the stack.
inline constexpr int max_depth = 256;

/// Reads HCL version 1. A text whose first character is `{` is read as JSON. The result is an object; blocks are lists
/// of objects. Errors name line and column: `At 2:11: object expected closing RBRACE got: EOF`.
expected<value> parse_hcl(std::string_view text);

/// Reads strict JSON whose top level is an object or null. Of members with the same name the last one counts. Numbers
/// become reals. Errors are worded as Go's encoding/json words them.
expected<value> parse_json(std::string_view text);

} // namespace praetor::hcl
