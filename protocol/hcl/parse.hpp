#pragma once

#include <string_view>

#include "protocol/hcl/value.hpp"
#include "protocol/types/error.hpp"

namespace praetor::hcl {

/// The maximal nesting depth, so that no input can exhaust the stack.
inline constexpr int max_depth = 256;

/// Parses HCL version 1. Text that begins with `{` is parsed as JSON. The result is an object; blocks are lists of
/// objects. Errors name line and column: `At 2:11: object expected closing RBRACE got: EOF`.
expected<value> parse_hcl(std::string_view text);

/// Parses strict JSON whose top level is an object or null. The last of several members with one name wins. Numbers
/// become reals. Errors use the texts of Go's encoding/json.
expected<value> parse_json(std::string_view text);

} // namespace praetor::hcl
