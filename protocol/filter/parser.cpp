#include "protocol/base/characters.hpp"
#include "protocol/base/utf8.hpp"
#include "protocol/filter/go_text.hpp"
#include "protocol/filter/syntax.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace praetor::filter {

std::string_view operator_name(match_operator op) {
  switch (op) {
  case match_operator::equal: return "Equal";
  case match_operator::not_equal: return "Not Equal";
  case match_operator::in: return "In";
  case match_operator::not_in: return "Not In";
  case match_operator::is_empty: return "Is Empty";
  case match_operator::is_not_empty: return "Is Not Empty";
  case match_operator::matches: return "Matches";
  case match_operator::not_matches: break;
  }
  return "Not Matches";
}

namespace {

constexpr std::string_view blank_class = "[ \\t\\r\\n]";
constexpr std::size_t max_nesting = 500;
/// The maximal number of reported errors. Each costs a scan of the text to find its line.
constexpr std::size_t most_errors = 10;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// A recursive-descent parser with unlimited backtracking. Records every terminal that fails to match; those at the
/// farthest position form the error text. Tries alternatives in the grammar's order, so that the record is complete. An
/// unrecoverable fault (an unterminated string) is an error of its own, whatever alternative follows.
class parser {
public:
  explicit parser(std::string_view text) : text_(text) { check_encoding(); }

  expected<syntax> run() {
    auto result = input();
    if (!errors_.empty()) {
      std::string all;
      for (const auto& e : errors_) all += (all.empty() ? "" : "\n") + shown(e);
      return fail(std::move(all));
    }
    if (!result) return fail(no_match());
    return std::move(*result);
  }

private:
  using result = std::optional<syntax>;

  // -- places and errors ------------------------------------------------------------------------------------------

  /// "line:column (offset)". A line end counts as the start of the next line.
  std::string place(std::size_t offset) const {
    std::size_t line = 1, column = 0;
    for (std::size_t i = 0; i <= offset;) {
      ++column;
      if (i >= text_.size()) break;
      if (text_[i] == '\n') {
        ++line;
        column = 0;
      }
      i += std::max<std::size_t>(1, utf8::sequence_length(text_, i));
    }
    return std::to_string(line) + ":" + std::to_string(column) + " (" + std::to_string(offset) + "): ";
  }

  /// An error and its position. Rule names and texts are literals.
  struct noted_error {
    std::size_t offset;
    std::string_view rule, what;
    bool operator==(const noted_error&) const = default;
  };

  std::string shown(const noted_error& e) const {
    return place(e.offset) + (e.rule.empty() ? "" : "rule \"" + std::string(e.rule) + "\": ") + std::string(e.what);
  }

  /// @param rule a literal, like `what`
  void error_at(std::size_t offset, std::string_view rule, std::string_view what) {
    noted_error e{offset, rule, what};
    if (errors_.size() < most_errors && std::find(errors_.begin(), errors_.end(), e) == errors_.end())
      errors_.push_back(e);
  }

  /// Records that `what` is expected at the current position.
  void could_be(std::string_view what) {
    if (at_ < farthest_) return;
    if (at_ > farthest_) {
      farthest_ = at_;
      expected_.clear();
    }
    if (what == "EOF")
      end_expected_at_ = at_;
    else
      expected_.emplace(what);
  }

  std::string no_match() const {
    std::vector<std::string> list(expected_.begin(), expected_.end());
    if (end_expected_at_ == farthest_) list.emplace_back("EOF");
    std::string text = place(farthest_) + "no match found, expected: ";
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) text += i + 1 == list.size() ? " or " : ", ";
      text += list[i];
    }
    return text;
  }

  /// Rejects invalid UTF-8 at the current position.
  void check_encoding(std::string_view rule = {}) {
    if (at_ < text_.size() && utf8::sequence_length(text_, at_) == 0) error_at(at_, rule, "invalid encoding");
  }

  // -- terminals ----------------------------------------------------------------------------------------------------

  bool at_end() const { return at_ >= text_.size(); }

  void advance(std::size_t bytes, std::string_view rule = {}) {
    at_ += bytes;
    check_encoding(rule);
  }

  bool literal(std::string_view wanted, std::string_view rule = {}) {
    if (text_.substr(at_).starts_with(wanted)) {
      advance(wanted.size(), rule);
      return true;
    }
    if (at_ >= farthest_) could_be(praetor::quoted(wanted));
    return false;
  }

  template <class Test>
  bool one_of(Test test, std::string_view name) {
    if (!at_end() && test(text_[at_])) {
      advance(1);
      return true;
    }
    could_be(name);
    return false;
  }

  bool blank() {
    auto start = at_;
    while (one_of(is_blank, blank_class)) {
    }
    return at_ > start;
  }
  void optional_blank() { (void)blank(); }

  bool end() {
    if (at_end()) return true;
    could_be("EOF");
    return false;
  }

  /// blank, `word`, ...; backtracks on a mismatch.
  bool words(std::initializer_list<std::string_view> wanted) {
    auto start = at_;
    for (auto word : wanted)
      if (!blank() || !literal(word)) {
        at_ = start;
        return false;
      }
    return true;
  }

  // -- rules --------------------------------------------------------------------------------------------------------

  result input() {
    optional_blank();
    auto start = at_;
    if (literal("(")) {
      optional_blank();
      if (auto inner = any_of()) {
        optional_blank();
        if (literal(")")) {
          optional_blank();
          if (end()) return inner;
        }
      }
    }
    at_ = start;
    auto whole = any_of();
    if (!whole) return {};
    optional_blank();
    if (!end()) return {};
    return whole;
  }

  result any_of() { return chain(syntax::kind::any_of, "or", &parser::all_of); }
  result all_of() { return chain(syntax::kind::all_of, "and", &parser::negation); }

  /// part { blank word blank part }
  result chain(enum syntax::kind kind, std::string_view word, result (parser::*part)()) {
    auto first = (this->*part)();
    if (!first) return {};
    syntax whole;
    for (;;) {
      auto start = at_;
      result next;
      if (words({word}) && blank()) next = (this->*part)();
      if (!next) {
        at_ = start;
        break;
      }
      if (whole.parts.empty()) {
        whole.kind = kind;
        whole.parts.push_back(std::move(*first));
      }
      whole.parts.push_back(std::move(*next));
    }
    return whole.parts.empty() ? std::move(first) : result(std::move(whole));
  }

  result negation() {
    if (nesting_ >= max_nesting) {
      error_at(at_, {}, "the expression is nested too deep");
      return {};
    }
    ++nesting_;
    auto found = negated();
    if (!found) found = group();
    --nesting_;
    return found ? std::move(found) : match();
  }

  result negated() {
    auto start = at_;
    if (literal("not") && blank())
      if (auto inner = negation()) {
        syntax whole;
        whole.kind = syntax::kind::negation;
        whole.parts.push_back(std::move(*inner));
        return whole;
      }
    at_ = start;
    return {};
  }

  result group() {
    auto start = at_;
    if (literal("(")) {
      optional_blank();
      if (auto inner = any_of()) {
        optional_blank();
        if (literal(")")) return inner;
        error_at(at_, "grouping", "Unmatched parentheses");
      }
    }
    at_ = start;
    return {};
  }

  result match() {
    syntax whole;
    auto start = at_;
    if (selector(whole.match.selector)) {
      auto behind = at_;
      if (with_value(whole.match)) return whole;
      at_ = behind;
      if (without_value(whole.match)) return whole;
    }
    at_ = start;
    if (value(whole.match.value) && value_in(whole.match)) return whole;
    at_ = start;
    return {};
  }

  bool with_value(match_syntax& into) {
    auto start = at_;
    auto try_one = [&](bool found, match_operator op) {
      if (!found || !value(into.value)) {
        at_ = start;
        return false;
      }
      into.op = op;
      return true;
    };
    auto sign = [&](std::string_view text) {
      optional_blank();
      if (!literal(text)) return false;
      optional_blank();
      return true;
    };
    auto spelled = [&](std::initializer_list<std::string_view> text) { return words(text) && blank(); };
    return try_one(sign("=="), match_operator::equal) || try_one(sign("!="), match_operator::not_equal) ||
           try_one(spelled({"contains"}), match_operator::in) ||
           try_one(spelled({"not", "contains"}), match_operator::not_in) ||
           try_one(spelled({"matches"}), match_operator::matches) ||
           try_one(spelled({"not", "matches"}), match_operator::not_matches);
  }

  bool without_value(match_syntax& into) {
    if (words({"is", "empty"}))
      into.op = match_operator::is_empty;
    else if (words({"is", "not", "empty"}))
      into.op = match_operator::is_not_empty;
    else
      return false;
    return true;
  }

  bool value_in(match_syntax& into) {
    auto start = at_;
    if (words({"in"}) && blank())
      into.op = match_operator::in;
    else {
      at_ = start;
      if (!words({"not", "in"}) || !blank()) return false;
      into.op = match_operator::not_in;
    }
    if (selector(into.selector)) return true;
    error_at(at_, "match", "Invalid selector");
    return false;
  }

  bool identifier(std::string& into) {
    auto start = at_;
    if (!one_of(is_letter, "[a-zA-Z]")) return false;
    while (one_of([](char c) { return is_alphanumeric(c) || c == '_'; }, "[a-zA-Z0-9_]")) {
    }
    into = text_.substr(start, at_ - start);
    return true;
  }

  bool selector(std::vector<std::string>& into) {
    into.clear();
    std::string part;
    if (!identifier(part)) return false;
    do into.push_back(std::move(part));
    while (step(part));
    return true;
  }

  bool step(std::string& into) {
    auto start = at_;
    if (literal(".") && identifier(into)) return true;
    at_ = start;
    if (literal("[") && index(into)) return true;
    at_ = start;
    return false;
  }

  bool index(std::string& into) {
    optional_blank();
    if (!string(into)) {
      error_at(at_, "index", "Invalid index");
      return false;
    }
    optional_blank();
    if (literal("]")) return true;
    error_at(at_, "index", "Unclosed index expression");
    return false;
  }

  bool value(std::string& into) {
    std::vector<std::string> parts;
    if (selector(parts)) {
      into = std::move(parts.front());
      for (std::size_t i = 1; i < parts.size(); ++i) into += "." + parts[i];
      return true;
    }
    return number(into) || string(into);
  }

  bool digits() {
    auto start = at_;
    while (one_of(is_digit, "[0-9]")) {
    }
    return at_ > start;
  }

  bool number(std::string& into) {
    auto start = at_;
    (void)literal("-");
    if (!literal("0")) {
      if (!one_of([](char c) { return c >= '1' && c <= '9'; }, "[1-9]")) {
        at_ = start;
        return false;
      }
      (void)digits();
    }
    auto whole = at_;
    if (!literal(".") || !digits()) at_ = whole;
    auto behind = at_;
    bool ends = blank() || end() || literal(")");
    at_ = behind;
    if (!ends) {
      error_at(at_, "number", "Invalid number literal");
      at_ = start;
      return false;
    }
    into = text_.substr(start, at_ - start);
    return true;
  }

  bool string(std::string& into) {
    auto start = at_;
    for (char quote : {'`', '"'}) {
      if (!literal({&quote, 1}, "string")) continue;
      while (!at_end() && text_[at_] != quote)
        advance(std::max<std::size_t>(1, utf8::sequence_length(text_, at_)), "string");
      if (at_end()) {
        error_at(at_, "string", "Unterminated string literal");
        at_ = start;
        return false;
      }
      advance(1);
      auto content = text_.substr(start + 1, at_ - start - 2);
      if (quote == '`') {
        // Like Go, drops carriage returns from raw strings.
        into = content;
        std::erase(into, '\r');
      } else if (!unquote(content, into))
        error_at(start, "string", "invalid syntax");
      return true;
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t nesting_ = 0;
  std::size_t farthest_ = 0;
  std::size_t end_expected_at_ = std::string_view::npos;
  std::set<std::string> expected_; ///< at the farthest position, without the end of input
  std::vector<noted_error> errors_;
};

} // namespace

expected<syntax> parse(std::string_view text) {
  if (text.size() > longest_expression)
    return fail("the expression has " + std::to_string(text.size()) + " bytes; the most is " +
                    std::to_string(longest_expression),
                400);
  return parser(text).run();
}

} // namespace praetor::filter
