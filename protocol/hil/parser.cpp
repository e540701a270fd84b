#include "protocol/hil/scanner.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <span>

namespace praetor::hil::detail {

namespace {

struct level_operator {
  std::string_view symbol;
  operation op;
};
// From the loosest to the tightest.
constexpr level_operator any[] = {{"||", operation::any_of}}, all[] = {{"&&", operation::all_of}},
                         equality[] = {{"==", operation::equal}, {"!=", operation::not_equal}},
                         order[] = {{">", operation::greater},
                                    {">=", operation::greater_equal},
                                    {"<", operation::less},
                                    {"<=", operation::less_equal}},
                         sums[] = {{"+", operation::add}, {"-", operation::sub}},
                         products[] = {{"*", operation::mul}, {"/", operation::div}, {"%", operation::mod}};
constexpr std::array<std::span<const level_operator>, 6> levels{any, all, equality, order, sums, products};

tl::unexpected<error> parse_error(position at, const std::string& why) {
  return fail("parse error at " + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + why);
}
tl::unexpected<error> unexpected_token(const std::string& wanted, const token& found) {
  return parse_error(found.at, "expected " + wanted + " but found " + shown(found));
}

class parser {
public:
  explicit parser(std::string_view source) : tokens_(scan(source)) {}

  /// A sequence of literals and expressions: a whole text, or one within quotes.
  expected<node> sequence(token_kind literal, token_kind last) {
    node out{.what = node::kind::output, .at = peek().at};
    for (;;) {
      auto next = take();
      if (next.kind == last) break;
      expected<node> part;
      if (next.kind == literal)
        part = literal_text(next);
      else if (next.kind == token_kind::begin)
        part = interpolation();
      else
        part = unexpected_token("\"${\"", next);
      if (!part) return part;
      if (++parts_ > most_parts) return parse_error(next.at, "too many expressions");
      out.children.push_back(std::move(*part));
    }
    if (out.children.empty()) return node{.at = out.at};
    bool plain = out.children.size() == 1 && out.children[0].what == node::kind::literal &&
                 type_of(out.children[0].literal) == type::text;
    return plain ? std::move(out.children[0]) : std::move(out);
  }

private:
  const token& peek() const { return tokens_[at_]; }
  token take() {
    auto out = tokens_[at_];
    if (at_ + 1 < tokens_.size()) ++at_;
    return out;
  }

  static expected<node> literal_text(const token& t) {
    std::string out;
    for (std::size_t i = 0; i < t.content.size(); ++i) {
      auto c = t.content[i];
      bool more = i + 1 < t.content.size();
      if (c == '$' && more && t.content[i + 1] == '$') {
        ++i;
      } else if (c == '\\' && t.kind == token_kind::quoted) {
        position at = t.at;
        at.column += i;
        if (!more) return parse_error(at, "unfinished backslash escape sequence");
        c = t.content[++i];
        if (c == 'n')
          c = '\n';
        else if (c != '\\' && c != '"')
          return parse_error(at, "invalid backslash escape sequence");
      }
      out += c;
    }
    return node{.at = t.at, .literal = std::move(out)};
  }

  expected<node> interpolation() {
    auto inner = expression();
    if (!inner) return inner;
    if (auto last = take(); last.kind != token_kind::end) return unexpected_token("\"}\"", last);
    return inner;
  }

  expected<node> expression() {
    if (depth_ == deepest_expression) return parse_error(peek().at, "expressions are nested too deeply");
    ++depth_;
    auto out = conditional();
    --depth_;
    return out;
  }

  expected<node> conditional() {
    node out{.what = node::kind::condition, .at = peek().at};
    auto condition = binary(0);
    if (!condition || !peek().is("?")) return condition;
    take();
    auto yes = expression();
    if (!yes) return yes;
    if (auto colon = take(); !colon.is(":")) return unexpected_token(":", colon);
    auto no = expression();
    if (!no) return no;
    out.children = {std::move(*condition), std::move(*yes), std::move(*no)};
    return out;
  }

  expected<node> binary(std::size_t level) {
    if (level == levels.size()) return term();
    auto start = peek().at;
    auto left = binary(level + 1);
    while (left) {
      auto op = operator_of(level);
      if (!op) break;
      if (++operators_ > most_operators) return parse_error(peek().at, "too many operators");
      take();
      auto right = binary(level + 1);
      if (!right) return right;
      node both{.what = node::kind::arithmetic, .at = start, .op = *op};
      both.children = {std::move(*left), std::move(*right)};
      left = std::move(both);
    }
    return left;
  }
  std::optional<operation> operator_of(std::size_t level) const {
    for (const auto& one : levels[level])
      if (peek().is(one.symbol)) return one.op;
    return {};
  }

  /// A sign or a negation: an operation with a constant on the left.
  expected<node> prefixed(operation op, value constant) {
    auto sign = take();
    if (depth_ == deepest_expression) return parse_error(sign.at, "expressions are nested too deeply");
    ++depth_;
    auto operand = term();
    --depth_;
    if (!operand) return operand;
    node out{.what = node::kind::arithmetic, .at = sign.at, .op = op};
    out.children = {node{.at = sign.at, .literal = std::move(constant)}, std::move(*operand)};
    return out;
  }

  expected<node> term() {
    const auto& next = peek();
    if (next.is("(")) {
      take();
      auto inner = expression();
      if (!inner) return inner;
      if (auto last = take(); !last.is(")")) return unexpected_token("\")\"", last);
      return inner;
    }
    if (next.is("-")) return prefixed(operation::sub, std::int64_t{0});
    if (next.is("!")) return prefixed(operation::equal, false);
    switch (next.kind) {
    case token_kind::open_quote: take(); return quoted_text();
    case token_kind::integer: return number<std::int64_t>("integer: strconv.Atoi");
    case token_kind::floating: return number<double>("float: strconv.ParseFloat");
    case token_kind::boolean: {
      auto t = take();
      return node{.at = t.at, .literal = t.content == "true"};
    }
    case token_kind::identifier: return reference();
    default: return unexpected_token("expression", next);
    }
  }

  expected<node> quoted_text() {
    if (depth_ == deepest_expression) return parse_error(peek().at, "expressions are nested too deeply");
    ++depth_;
    auto out = sequence(token_kind::quoted, token_kind::close_quote);
    --depth_;
    return out;
  }

  template <class Number>
  expected<node> number(const std::string& what) {
    auto t = take();
    Number out{};
    auto end = t.content.data() + t.content.size();
    auto [stop, failure] = std::from_chars(t.content.data(), end, out);
    if (failure != std::errc{} || stop != end)
      return parse_error(t.at, "invalid " + what + ": parsing \"" + std::string(t.content) + "\": value out of range");
    return node{.at = t.at, .literal = out};
  }

  /// A variable, an element of one, or a call.
  expected<node> reference() {
    auto name = take();
    node out{.what = node::kind::variable, .at = name.at, .name = std::string(name.content)};
    if (peek().is("(")) return call(std::move(out));
    if (!peek().is("[")) return out;
    node element{.what = node::kind::index, .at = take().at};
    auto key = expression();
    if (!key) return key;
    if (auto last = take(); !last.is("]")) return unexpected_token("\"]\"", last);
    element.children = {std::move(out), std::move(*key)};
    return element;
  }

  expected<node> call(node out) {
    out.what = node::kind::call;
    take();
    while (!peek().is(")")) {
      auto argument = expression();
      if (!argument) return argument;
      out.children.push_back(std::move(*argument));
      if (!peek().is(",")) break;
      take();
    }
    if (auto last = take(); !last.is(")")) return unexpected_token("\")\"", last);
    return out;
  }

  std::vector<token> tokens_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t parts_ = 0;
  std::size_t operators_ = 0; ///< each makes the tree one level deeper
};

} // namespace

expected<node> parse_text(std::string_view source) {
  return parser(source).sequence(token_kind::literal, token_kind::end_of_text);
}

} // namespace praetor::hil::detail
