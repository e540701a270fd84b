#pragma once

#include "protocol/types/error.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The interpolation language of Consul (HIL): texts with expressions in ${...}. An expression has variables, which are
/// texts, literals, calls of functions, and operators. "$$" stands for "$".
namespace praetor::hil {

enum class type { boolean, text, integer, floating };
/// A value; the alternative is that of `type`.
using value = std::variant<bool, std::string, std::int64_t, double>;
inline type type_of(const value& v) { return static_cast<type>(v.index()); }

struct function {
  std::vector<type> arguments;
  type result = type::text;
  std::function<expected<value>(std::span<const value>)> call;
};

/// What an expression may refer to.
struct scope {
  std::map<std::string, std::string, std::less<>> variables;
  std::map<std::string, function, std::less<>> functions = {};
};

namespace detail {
struct node;
}

/// The depth to which expressions may be nested. A deeper one is rejected.
inline constexpr std::size_t deepest_expression = 100;
/// The number of operators that a text may have. More are rejected.
inline constexpr std::size_t most_operators = 1000;
/// The number of literals and expressions that a text may consist of. More are rejected.
inline constexpr std::size_t most_parts = 1000;
/// The length of an evaluated text in bytes. A longer one is an error: each expression may stand for a long text.
inline constexpr std::size_t longest_result = 64 << 10;

/// A parsed text, cheap to copy.
class text {
public:
  /// @returns the text, or HIL's message: `parse error at 1:4: expected expression but found "}"`
  static expected<text> parse(std::string_view source);

  /// Replaces the expressions. @returns the result, or HIL's message: `1:3: unknown variable accessed: name`
  expected<std::string> evaluate(const scope& in) const;

private:
  std::shared_ptr<const detail::node> root_;
};

/// Parses and evaluates in one step.
expected<std::string> interpolate(std::string_view source, const scope& in);

} // namespace praetor::hil
