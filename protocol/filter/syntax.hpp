#pragma once

#include "protocol/types/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace praetor::filter {

enum class match_operator { equal, not_equal, in, not_in, is_empty, is_not_empty, matches, not_matches };

/// The operator's name in error texts: "Not Equal".
std::string_view operator_name(match_operator op);

/// One test of one selector, before binding to a type.
struct match_syntax {
  std::vector<std::string> selector;
  match_operator op = match_operator::equal;
  std::string value; ///< empty for is_empty and is_not_empty
};

/// The syntax tree of an expression.
struct syntax {
  enum class kind { all_of, any_of, negation, match };
  kind kind = kind::match;
  std::vector<syntax> parts; ///< of all_of and any_of: two or more; of negation: one
  match_syntax match;
};

/// The maximal length of an expression in bytes: a few thousand tests. Bounds the cost of parsing and of testing each
/// row.
inline constexpr std::size_t longest_expression = 128 << 10;

/// Parses an expression by recursive descent, in time linear in its length. The error lists the alternatives at the
/// farthest position reached: `1:5 (4): no match found, expected: "!=", "==" or [a-zA-Z0-9_]`.
expected<syntax> parse(std::string_view text);

} // namespace praetor::filter
