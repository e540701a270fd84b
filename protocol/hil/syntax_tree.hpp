#pragma once

#include "protocol/hil/hil.hpp"

#include <string>
#include <vector>

namespace praetor::hil::detail {

/// A position in the source, from 1. Columns count characters.
struct position {
  std::size_t line = 1, column = 1;
};

enum class operation {
  add,
  sub,
  mul,
  div,
  mod,
  all_of,
  any_of,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal
};

/// A node of the syntax tree.
struct node {
  enum class kind {
    literal,    ///< `literal`
    output,     ///< the concatenation of the children
    variable,   ///< `name`
    call,       ///< `name`, with the children as arguments
    index,      ///< two children: a variable and a key
    arithmetic, ///< `op` of two children
    condition,  ///< three children: condition, value if true, value if false
  };
  kind what = kind::literal;
  position at;
  value literal = std::string();
  std::string name = {};
  operation op = operation::add;
  std::vector<node> children = {};
};

/// Parses a whole text.
expected<node> parse_text(std::string_view source);

} // namespace praetor::hil::detail
