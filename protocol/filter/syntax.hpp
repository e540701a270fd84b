#pragma once

#include "protocol/types/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace praetor::filter {

enum class match_operator { equal, not_equal, in, not_in, is_empty, is_not_empty, matches, not_matches };

/// The operator as error texts call it: "Not Equal".
std::string_view operator_name(match_operator op);

/// One test of one selector, not yet bound to a type.
struct match_syntax {
  std::vector<std::string> selector;
  match_operator op = match_operator::equal;
  std::string value; ///< empty for is_empty and is_not_empty
};

/// An expression as it was written.
struct syntax {
  enum class kind { all_of, any_of, negation, match };
  kind kind = kind::match;
  std::vector<syntax> parts; ///< of all_of and any_of: two or more; of negation: one
  match_syntax match;
};

/// Longest expression in bytes: some thousands of tests. It bounds what one request costs to parse and what each row
/// costs to test.
inline constexpr std::size_t longest_expression = 128 << 10;

/// Parses an expression by a recursive descent, in time linear in its length. An error's text lists what could have
/// stood at the farthest place that was reached: `1:5 (4): no match found, expected: "!=", "==" or [a-zA-Z0-9_]`.
expected<syntax> parse(std::string_view text);

} // namespace praetor::filter
