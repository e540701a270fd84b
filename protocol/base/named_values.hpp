#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace praetor {

namespace detail {

/// Whether an enumerator has this value: only then the compiler prints it by name.
template <auto Value>
constexpr bool is_named() {
  constexpr std::string_view signature = __PRETTY_FUNCTION__, label = "Value = ";
  return signature[signature.find(label) + label.size()] != '(';
}

template <class Enum, std::size_t... Numbers>
constexpr auto named_values(std::index_sequence<Numbers...>) {
  constexpr std::array named{is_named<static_cast<Enum>(Numbers)>()...};
  std::array<Enum, (std::size_t{is_named<static_cast<Enum>(Numbers)>()} + ...)> out{};
  for (std::size_t number = 0, at = 0; number < named.size(); ++number)
    if (named[number]) out[at++] = static_cast<Enum>(number);
  return out;
}

} // namespace detail

/// The values below `End` that have an enumerator, ascending.
template <class Enum, std::size_t End>
inline constexpr auto named_values = detail::named_values<Enum>(std::make_index_sequence<End>());

} // namespace praetor
