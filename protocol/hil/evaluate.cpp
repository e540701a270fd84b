#include "protocol/filter/go_text.hpp"
#include "protocol/hil/syntax_tree.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace praetor::hil {

namespace {

using detail::node;
using detail::operation;
using detail::position;

std::string_view name_of(type t) {
  constexpr std::string_view names[] = {"bool", "string", "int", "float"};
  return names[static_cast<std::size_t>(t)];
}
/// The same in the identifiers that HIL's messages contain.
std::string_view identifier_of(type t) {
  constexpr std::string_view names[] = {"TypeBool", "TypeString", "TypeInt", "TypeFloat"};
  return names[static_cast<std::size_t>(t)];
}
std::string identifier(type t) { return std::string(identifier_of(t)); }
std::string printable(type t) { return "type " + std::string(name_of(t)); }

// ---- First: whether all names are known

tl::unexpected<error> at(position p, const std::string& why) {
  return fail(std::to_string(p.line) + ":" + std::to_string(p.column) + ": " + why);
}

expected<void> check_names(const node& n, const scope& in) {
  for (const auto& child : n.children)
    if (auto known = check_names(child, in); !known) return known;
  if (n.what == node::kind::variable && !in.variables.contains(n.name))
    return at(n.at, "unknown variable accessed: " + n.name);
  if (n.what != node::kind::call) return {};
  auto found = in.functions.find(n.name);
  if (found == in.functions.end()) return at(n.at, "unknown function called: " + n.name);
  auto wanted = found->second.arguments.size();
  if (wanted == n.children.size()) return {};
  return at(n.at,
            n.name + ": expected " + std::to_string(wanted) + " arguments, got " + std::to_string(n.children.size()));
}

// ---- Second: whether all types fit

bool converts(type from, type to) {
  if (from == to) return true;
  switch (from) {
  case type::boolean: return to == type::text;
  case type::text: return true;
  default: return to != type::boolean;
  }
}

bool is_order(operation op) { return op >= operation::less; }
bool is_comparison(operation op) { return op >= operation::equal; }
bool is_logical(operation op) { return op == operation::all_of || op == operation::any_of; }

/// The type to which both operands are converted.
type operand_type(operation op, type left, type right) {
  if (is_logical(op)) return type::boolean;
  if (is_comparison(op) && !is_order(op)) return left;
  return left == type::floating || right == type::floating ? type::floating : type::integer;
}

/// The common type of the two values of a condition; nothing if there is none.
std::optional<type> common_type(type yes, type no) {
  if (yes == type::text) return no;
  return converts(no, yes) ? std::optional(yes) : std::nullopt;
}

class type_checker {
public:
  explicit type_checker(const scope& in) : in_(in) {}

  /// The type of an expression, or what is wrong with it.
  expected<type> check(const node& n) const {
    std::vector<type> types;
    for (const auto& child : n.children) {
      auto one = check(child);
      if (!one) return one;
      types.push_back(*one);
    }
    auto out = check(n, types);
    if (out) return out;
    return fail("At column " + std::to_string(n.at.column) + ", line " + std::to_string(n.at.line) + ": " +
                out.error().text);
  }

private:
  expected<type> check(const node& n, const std::vector<type>& types) const {
    switch (n.what) {
    case node::kind::literal: return type_of(n.literal);
    case node::kind::output:
    case node::kind::variable: return type::text;
    case node::kind::index: return fail("invalid index operation into non-indexable type: TypeString");
    case node::kind::call: return check_call(n, types);
    case node::kind::arithmetic: return check_operands(n.op, types);
    case node::kind::condition: return check_condition(types);
    }
    return type::text;
  }

  expected<type> check_call(const node& n, const std::vector<type>& types) const {
    const auto& f = in_.functions.find(n.name)->second;
    for (std::size_t i = 0; i < types.size(); ++i)
      if (!converts(types[i], f.arguments[i]))
        return fail(n.name + ": argument " + std::to_string(i + 1) + " should be " + printable(f.arguments[i]) +
                    ", got " + printable(types[i]));
    return f.result;
  }

  static expected<type> check_operands(operation op, const std::vector<type>& types) {
    auto wanted = operand_type(op, types[0], types[1]);
    for (std::size_t i = 0; i < types.size(); ++i) {
      if (converts(types[i], wanted)) continue;
      if (is_logical(op)) return fail("logical operators require boolean operands, not " + identifier(types[i]));
      return fail("operand " + std::to_string(i + 1) + " should be " + identifier(wanted) + ", got " +
                  identifier(types[i]));
    }
    if (op == operation::mod && wanted == type::floating) return fail("modulo cannot be used with floats");
    return is_logical(op) || is_comparison(op) ? type::boolean : wanted;
  }

  static expected<type> check_condition(const std::vector<type>& types) {
    if (!converts(types[0], type::boolean)) return fail("condition must be type bool, not " + printable(types[0]));
    if (auto common = common_type(types[1], types[2])) return *common;
    return fail("true and false expression types must match; have " + printable(types[1]) + " and " +
                printable(types[2]));
  }

  const scope& in_;
};

// ---- Third: the value

/// Go's strconv.FormatFloat(x, 'g', -1, 64).
std::string text_of(double x) {
  if (std::isnan(x)) return "NaN";
  if (std::isinf(x)) return x < 0 ? "-Inf" : "+Inf";
  std::array<char, 64> buffer;
  auto write = [&](std::chars_format format) {
    return std::string(buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), x, format).ptr);
  };
  auto scientific = write(std::chars_format::scientific);
  auto exponent = std::stoi(scientific.substr(scientific.find('e') + 1));
  constexpr int least = -4, limit = 6;
  return exponent < least || exponent >= limit ? scientific : write(std::chars_format::fixed);
}

std::string_view converter_name(type from, type to) {
  constexpr std::string_view names[4][4] = {
      {"", "BoolToString", "", ""},
      {"StringToBool", "", "StringToInt", "StringToFloat"},
      {"", "IntToString", "", "IntToFloat"},
      {"", "FloatToString", "FloatToInt", ""},
  };
  return names[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
}

template <class T>
expected<value> parsed(expected<T> number) {
  if (!number) return tl::unexpected(std::move(number.error()));
  return value(*number);
}

expected<value> converted_text(const std::string& text, type to) {
  switch (to) {
  case type::boolean: return parsed(filter::parse_boolean(text));
  case type::integer: return parsed(filter::parse_signed(text, 64));
  default: return parsed(filter::parse_float(text));
  }
}

std::int64_t truncated(double x) {
  constexpr double end = 9223372036854775808.0; // 2^63
  return x >= -end && x < end ? static_cast<std::int64_t>(x) : std::numeric_limits<std::int64_t>::min();
}

/// Of types that `converts` allows.
expected<value> convert(value v, type to) {
  if (type_of(v) == to) return v;
  if (auto* text = std::get_if<std::string>(&v)) {
    auto out = converted_text(*text, to);
    if (!out) out.error().text.insert(0, "__builtin_" + std::string(converter_name(type::text, to)) + ": ");
    return out;
  }
  if (auto* flag = std::get_if<bool>(&v)) return value(std::string(*flag ? "true" : "false"));
  if (auto* whole = std::get_if<std::int64_t>(&v))
    return to == type::text ? value(std::to_string(*whole)) : value(static_cast<double>(*whole));
  auto number = std::get<double>(v);
  return to == type::text ? value(text_of(number)) : value(truncated(number));
}

template <class T>
bool compare(operation op, const T& a, const T& b) {
  switch (op) {
  case operation::equal: return a == b;
  case operation::not_equal: return a != b;
  case operation::less: return a < b;
  case operation::less_equal: return a <= b;
  case operation::greater: return a > b;
  default: return a >= b;
  }
}

/// With Go's overflow, which wraps around.
expected<value> calculate(operation op, std::int64_t a, std::int64_t b) {
  auto x = static_cast<std::uint64_t>(a), y = static_cast<std::uint64_t>(b);
  auto whole = [](std::uint64_t out) { return value(static_cast<std::int64_t>(out)); };
  if (op == operation::add) return whole(x + y);
  if (op == operation::sub) return whole(x - y);
  if (op == operation::mul) return whole(x * y);
  if (b == 0) return fail("__builtin_IntMath: divide by zero");
  bool quotient = op == operation::div;
  if (b == -1) return quotient ? whole(0 - x) : value(std::int64_t{0});
  return value(quotient ? a / b : a % b);
}

value calculate(operation op, double a, double b) {
  switch (op) {
  case operation::add: return a + b;
  case operation::sub: return a - b;
  case operation::mul: return a * b;
  default: return a / b;
  }
}

class evaluator {
public:
  explicit evaluator(const scope& in) : in_(in), types_(in) {}

  expected<value> evaluate(const node& n) const {
    switch (n.what) {
    case node::kind::literal: return n.literal;
    case node::kind::variable: return value(in_.variables.find(n.name)->second);
    case node::kind::output: return output(n);
    case node::kind::call: return call(n);
    case node::kind::arithmetic: return arithmetic(n);
    case node::kind::condition: return condition(n);
    case node::kind::index: break;
    }
    return fail("indexing is not possible");
  }

private:
  expected<value> evaluate_as(const node& n, type wanted) const {
    auto out = evaluate(n);
    return out ? convert(std::move(*out), wanted) : out;
  }

  expected<value> output(const node& n) const {
    std::string out;
    for (const auto& child : n.children) {
      auto part = evaluate_as(child, type::text);
      if (!part) return part;
      const auto& piece = std::get<std::string>(*part);
      if (out.size() + piece.size() > longest_result)
        return fail("the text is longer than " + std::to_string(longest_result) + " bytes");
      out += piece;
    }
    return value(std::move(out));
  }

  expected<value> call(const node& n) const {
    const auto& f = in_.functions.find(n.name)->second;
    std::vector<value> arguments;
    for (std::size_t i = 0; i < n.children.size(); ++i) {
      auto one = evaluate_as(n.children[i], f.arguments[i]);
      if (!one) return one;
      arguments.push_back(std::move(*one));
    }
    auto out = f.call(arguments);
    if (!out) out.error().text.insert(0, n.name + ": ");
    return out;
  }

  expected<value> arithmetic(const node& n) const {
    auto left = evaluate(n.children[0]);
    if (!left) return left;
    auto right = evaluate(n.children[1]);
    if (!right) return right;
    auto wanted = operand_type(n.op, type_of(*left), type_of(*right));
    left = convert(std::move(*left), wanted);
    if (!left) return left;
    right = convert(std::move(*right), wanted);
    if (!right) return right;
    if (n.op == operation::all_of) return value(std::get<bool>(*left) && std::get<bool>(*right));
    if (n.op == operation::any_of) return value(std::get<bool>(*left) || std::get<bool>(*right));
    if (is_comparison(n.op)) return value(compare(n.op, *left, *right));
    if (wanted == type::integer) return calculate(n.op, std::get<std::int64_t>(*left), std::get<std::int64_t>(*right));
    return calculate(n.op, std::get<double>(*left), std::get<double>(*right));
  }

  /// All three parts are evaluated, as in HIL.
  expected<value> condition(const node& n) const {
    auto chosen = evaluate_as(n.children[0], type::boolean);
    if (!chosen) return chosen;
    auto common = common_type(*types_.check(n.children[1]), *types_.check(n.children[2]));
    auto yes = evaluate_as(n.children[1], *common);
    if (!yes) return yes;
    auto no = evaluate_as(n.children[2], *common);
    return std::get<bool>(*chosen) && no ? yes : no;
  }

  const scope& in_;
  type_checker types_;
};

} // namespace

expected<text> text::parse(std::string_view source) {
  auto tree = detail::parse_text(source);
  if (!tree) return tl::unexpected(std::move(tree.error()));
  text out;
  out.root_ = std::make_shared<const node>(std::move(*tree));
  return out;
}

expected<std::string> text::evaluate(const scope& in) const {
  if (auto known = check_names(*root_, in); !known) return tl::unexpected(std::move(known.error()));
  if (auto types = type_checker(in).check(*root_); !types) return tl::unexpected(std::move(types.error()));
  auto out = evaluator(in).evaluate(*root_);
  if (!out) return tl::unexpected(std::move(out.error()));
  return std::get<std::string>(std::move(*out));
}

expected<std::string> interpolate(std::string_view source, const scope& in) {
  auto parsed = text::parse(source);
  if (!parsed) return tl::unexpected(std::move(parsed.error()));
  return parsed->evaluate(in);
}

} // namespace praetor::hil
