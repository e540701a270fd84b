#pragma once

#include "protocol/hil/syntax_tree.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace praetor::hil::detail {

enum class token_kind {
  literal, ///< text outside of ${...}
  quoted,  ///< text within quotes
  integer,
  floating,
  boolean,
  begin, ///< ${
  end,   ///< }
  open_quote,
  close_quote,
  identifier,
  symbol, ///< punctuation and operators: the content tells which
  end_of_text,
  invalid,
};

struct token {
  token_kind kind = token_kind::end_of_text;
  std::string_view content;
  position at;

  bool is(std::string_view symbol) const { return kind == token_kind::symbol && content == symbol; }
};

/// The token in error texts: `end of string`, `"}"`.
std::string shown(const token& t);

/// Splits a text into tokens, up to the first invalid one. The last token is the end of the text.
std::vector<token> scan(std::string_view source);

} // namespace praetor::hil::detail
