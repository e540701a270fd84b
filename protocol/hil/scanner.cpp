#include "protocol/hil/scanner.hpp"

#include "protocol/base/quoted.hpp"
#include "protocol/base/utf8.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace praetor::hil::detail {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// Any character beyond ASCII counts as a letter.
bool starts_identifier(std::string_view text) {
  auto c = static_cast<unsigned char>(text[0]);
  return std::isalpha(c) || c == '_' || (c >= 0x80 && utf8::sequence_length(text, 0) > 0);
}
bool continues_identifier(std::string_view text) {
  return starts_identifier(text) || is_digit(text[0]) || text[0] == '-' || text[0] == '.';
}

class scanner {
public:
  explicit scanner(std::string_view source) : rest_(source) {}

  std::vector<token> scan() {
    while (scan_text() && scan_expression()) {
    }
    if (out_.empty() || out_.back().kind != token_kind::end_of_text) out_.push_back({token_kind::end_of_text, {}, at_});
    return std::move(out_);
  }

private:
  void put(token_kind kind, std::size_t size) {
    out_.push_back({kind, rest_.substr(0, size), at_});
    advance(size);
  }
  void advance(std::size_t size) {
    auto passed = rest_.substr(0, size);
    for (std::size_t i = 0; i < passed.size();) {
      bool line_end = passed[i] == '\n';
      at_.line += line_end;
      at_.column = line_end ? 1 : at_.column + 1;
      i += std::max<std::size_t>(utf8::sequence_length(passed, i), 1);
    }
    rest_.remove_prefix(size);
  }

  /// The text up to the next expression, or within quotes. @returns false at the end
  bool scan_text() {
    bool quoted = nesting_ > 0;
    std::size_t size = 0;
    for (; size < rest_.size(); ++size) {
      auto two = rest_.substr(size, 2);
      if (two == "${" || (quoted && two[0] == '"')) break;
      bool escaped = two == "$$" || (quoted && (two == "\\\"" || two == "\\\\"));
      if (escaped) ++size;
    }
    if (size >= rest_.size() && quoted) {
      put(token_kind::invalid, rest_.size());
      return false;
    }
    size = std::min(size, rest_.size());
    if (size > 0) put(quoted ? token_kind::quoted : token_kind::literal, size);
    if (rest_.empty()) return false;
    if (rest_[0] == '"') {
      put(token_kind::close_quote, 1);
    } else {
      put(token_kind::begin, 2);
      ++nesting_;
    }
    return true;
  }

  /// The tokens up to the end of an expression or to an opening quote. @returns false at the end
  bool scan_expression() {
    for (;;) {
      auto blanks = std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size());
      advance(blanks);
      if (rest_.empty()) return false;
      scan_token();
      switch (out_.back().kind) {
      case token_kind::invalid: return false;
      case token_kind::open_quote: return true;
      case token_kind::end: nesting_ -= nesting_ > 0; return true;
      default: break;
      }
    }
  }

  void scan_token() {
    constexpr std::string_view pairs[] = {"!=", "<=", ">=", "==", "&&", "||"};
    constexpr std::string_view singles = "()[],.+-*/%?:!<>";
    auto c = rest_[0];
    if (c == '}') return put(token_kind::end, 1);
    if (c == '"') return put(token_kind::open_quote, 1);
    if (std::find(std::begin(pairs), std::end(pairs), rest_.substr(0, 2)) != std::end(pairs))
      return put(token_kind::symbol, 2);
    if (singles.find(c) != singles.npos) return put(token_kind::symbol, 1);
    if (is_digit(c)) return scan_number();
    if (starts_identifier(rest_)) return scan_identifier();
    put(token_kind::invalid, std::max<std::size_t>(utf8::sequence_length(rest_, 0), 1));
  }

  void scan_number() {
    std::size_t size = 0;
    bool point = false;
    for (; size < rest_.size() && (is_digit(rest_[size]) || (rest_[size] == '.' && !point)); ++size)
      point = point || rest_[size] == '.';
    // A trailing point belongs to what follows, except at the end of the text.
    if (size < rest_.size() && rest_[size - 1] == '.') --size, point = false;
    put(point ? token_kind::floating : token_kind::integer, size);
  }

  void scan_identifier() {
    std::size_t size = 0;
    while (size < rest_.size()) {
      auto next = rest_.substr(size);
      // A star stands between periods only.
      bool star = next.starts_with("*.") && size > 0 && rest_[size - 1] == '.';
      if (!star && !continues_identifier(next)) break;
      size += std::max<std::size_t>(utf8::sequence_length(rest_, size), 1);
    }
    auto name = rest_.substr(0, size);
    put(name == "true" || name == "false" ? token_kind::boolean : token_kind::identifier, size);
  }

  std::string_view rest_;
  position at_;
  std::size_t nesting_ = 0;
  std::vector<token> out_;
};

} // namespace

std::string shown(const token& t) {
  auto content = praetor::quoted(t.content);
  switch (t.kind) {
  case token_kind::end_of_text: return "end of string";
  case token_kind::invalid: return "invalid sequence " + content;
  case token_kind::integer: return "integer " + std::string(t.content);
  case token_kind::floating: return "float " + std::string(t.content);
  case token_kind::quoted: return "string " + content;
  case token_kind::literal: return "literal " + content;
  case token_kind::open_quote: return "opening quote";
  case token_kind::close_quote: return "closing quote";
  case token_kind::symbol: return t.content.size() == 2 && t.content != "==" ? std::string(t.content) : content;
  default: return content;
  }
}

std::vector<token> scan(std::string_view source) { return scanner(source).scan(); }

} // namespace praetor::hil::detail
