#pragma once

#include "protocol/filter/syntax.hpp"
#include "protocol/filter/type_info.hpp"
#include "protocol/types/error.hpp"

#include <memory>
#include <string>
#include <string_view>

/// The filter language of the HTTP API.
///
///   auto filter = filter::compile<node>(text);      // once per request
///   if (!filter) return error(filter.error());      // 500, with the text that clients expect
///   if (filter->matches(node)) ...                  // per element
namespace praetor::filter {

/// Prefix of filter errors at every endpoint.
inline constexpr std::string_view error_prefix = "Failed to create boolean expression evaluator: ";

/// The maximal number of patterns in one expression.
inline constexpr std::size_t most_patterns = 32;
/// The maximal number of steps per byte of a row, in the worst case, for all patterns of one expression together.
inline constexpr std::size_t most_steps_per_byte = 4096;

/// Whether an expression is too expensive for an I/O thread: it is long or has patterns. All others take less than 1.5
/// microseconds per row.
bool is_costly(std::string_view text);

namespace detail {
struct bound_node;
}

/// A compiled expression, cheap to copy. Accepts only values of the type that it was compiled for.
class expression {
public:
  template <class T>
  bool matches(const T& value) const {
    PRAETOR_ASSERT(type_ == &type_info_of<T>());
    return evaluate(&value);
  }

private:
  friend expected<expression> bind(const syntax& what, const type_info& type);
  bool evaluate(const void* value) const;

  const type_info* type_ = nullptr;
  std::shared_ptr<const detail::bound_node> root_;
};

/// Binds an expression to a type: resolves selectors, converts values, compiles regular expressions within the limits
/// above. Errors come without the prefix.
expected<expression> bind(const syntax& what, const type_info& type);

/// Parses and binds. Errors come with the prefix and status 500, exceeded limits with 400. (`/v1/agent/checks` shows
/// the errors of `bind` without the prefix: it calls `parse` and `bind` itself.)
expected<expression> compile(std::string_view text, const type_info& type);
template <class T>
expected<expression> compile(std::string_view text) {
  return compile(text, type_info_of<T>());
}

} // namespace praetor::filter
