#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>

namespace praetor {

/// How to encode one member of a domain struct. Combine with `|`.
enum class field_flags : unsigned {
  none = 0,
  omit_empty = 1u << 0,    ///< JSON: omitted when zero, empty or unset
  null_if_empty = 1u << 1, ///< JSON: an empty list or map is written `null` instead of `[]` or `{}`
  duration_text = 1u << 2, ///< JSON: a duration is written as Go text ("1m0s"); otherwise as integer nanoseconds
  no_filter = 1u << 3,     ///< hidden from the filter language
  no_json = 1u << 4,       ///< stored only, never in JSON
  no_packed = 1u << 5,     ///< never in MessagePack
  read_only = 1u << 6,     ///< written but not accepted in JSON input (an unknown field there)
  no_hash = 1u << 7,       ///< excluded from the structural hash
  not_compared = 1u << 8,  ///< a difference here does not change the record (same_record.hpp)
  fold_case = 1u << 9,     ///< compared there case-insensitively (ASCII)
  no_key = 1u << 10,       ///< no key of service and check definitions in configuration files
};

constexpr field_flags operator|(field_flags a, field_flags b) {
  return static_cast<field_flags>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool has(field_flags set, field_flags one) {
  return (static_cast<unsigned>(set) & static_cast<unsigned>(one)) != 0;
}

inline constexpr auto omit_empty = field_flags::omit_empty;
inline constexpr auto null_if_empty = field_flags::null_if_empty;
inline constexpr auto duration_text = field_flags::duration_text;
inline constexpr auto no_filter = field_flags::no_filter;
inline constexpr auto no_json = field_flags::no_json;
inline constexpr auto no_packed = field_flags::no_packed;
inline constexpr auto read_only = field_flags::read_only;
inline constexpr auto no_hash = field_flags::no_hash;
inline constexpr auto not_compared = field_flags::not_compared;
inline constexpr auto fold_case = field_flags::fold_case;
inline constexpr auto no_key = field_flags::no_key;

/// The name of a member. `packed` is its name in Consul's MessagePack, filters and error texts where it differs from
/// JSON; `alias` a second name (snake case) that JSON input accepts. Input names match case-insensitively. In
/// configuration files a member is called by its alias, or else by its name in lower case; `key_alias` is a second name
/// there.
struct field {
  std::string_view name;
  field_flags flags = field_flags::none;
  std::string_view packed = {};
  std::string_view alias = {};
  std::string_view key_alias = {};

  constexpr field(std::string_view name, field_flags flags = field_flags::none, std::string_view packed = {},
                  std::string_view alias = {})
      : name(name), flags(flags), packed(packed), alias(alias) {}
  /// A member that accepts `alias` as a second name.
  static constexpr field aliased(std::string_view name, std::string_view alias, field_flags flags = field_flags::none) {
    return {name, flags, {}, alias};
  }
  /// The same member with a second name in configuration files.
  constexpr field also_key(std::string_view second) const {
    auto copy = *this;
    copy.key_alias = second;
    return copy;
  }
  constexpr std::string_view packed_name() const { return packed.empty() ? name : packed; }
};

namespace detail {
struct any_visitor {
  template <class T>
  void operator()(const field&, T&&) const {}
};
} // namespace detail

/// A struct that names its members once:
///   template <class F, class Self> static void fields(F&& f, Self& self) { f(field{"Node"}, self.node); ... }
/// JSON and MessagePack in both directions, filter selectors, the structural hash and the comparison of records derive
/// from it.
/// `Self` is the const or the mutable struct. The order is the order of JSON output.
template <class T>
concept has_fields = requires(T& value) {
  std::remove_cvref_t<T>::fields(detail::any_visitor{}, value);
};

} // namespace praetor
