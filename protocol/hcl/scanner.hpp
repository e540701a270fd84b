#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/hcl/value.hpp"

namespace praetor::hcl {

enum class token_kind {
  illegal,
  end,
  comment,
  identifier,
  number,
  real,
  boolean,
  text,
  heredoc,
  open_list,
  open_block,
  comma,
  period,
  close_list,
  close_block,
  assign,
  add,
  subtract,
};

/// The token's name in error messages: "RBRACE", "IDENT".
std::string_view name_of(token_kind kind);

struct token {
  token_kind kind = token_kind::illegal;
  position at;
  std::string_view text; ///< as written in the source
};

struct scan_error {
  position at;
  std::string text;
};

/// Tokenizes HCL source. Continues after an error; the last error is reported.
class scanner {
public:
  /// `source` must outlive the scanner and its tokens. Line ends are "\n".
  explicit scanner(std::string_view source) : source_(source) {}

  token next();
  const std::optional<scan_error>& error() const { return error_; }

private:
  static constexpr char32_t end_of_source = 0xffffffff;

  char32_t advance();
  char32_t peek() const;
  void step_back();
  void complain(std::string text);

  void scan_identifier();
  token_kind scan_number(char32_t first);
  token_kind scan_leading_zero();
  char32_t scan_digits(char32_t c);
  char32_t scan_exponent(char32_t c);
  void scan_text();
  void scan_escape();
  void scan_escape_digits(char32_t c, int base, int count);
  void scan_comment(char32_t first);
  void scan_heredoc();
  token_kind scan_other(char32_t c);

  struct place {
    std::size_t offset = 0;
    int line = 1;
    int column = 0;
  };

  std::string_view source_;
  place now_;
  place before_;                ///< the target of step_back
  std::size_t last_length_ = 0; ///< bytes of the last character
  int last_line_length_ = 0;
  std::optional<scan_error> error_;
};

/// Unquotes a string: resolves escapes and keeps `${...}`. Nothing if it is malformed.
std::optional<std::string> unquote(std::string_view literal);
/// The content of a heredoc; removes the common indentation of the `<<-` form.
std::string heredoc_content(std::string_view literal);

} // namespace praetor::hcl
