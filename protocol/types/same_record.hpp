#pragma once

#include "protocol/types/field.hpp"
#include "protocol/types/values.hpp"

#include <array>
#include <cstddef>

namespace praetor {

namespace detail {

inline constexpr std::size_t most_compared_fields = 64;

template <class T>
bool same_member(const field& f, const T& a, const T& b) {
  if (has(f.flags, not_compared)) return true;
  if constexpr (std::same_as<T, std::string>)
    if (has(f.flags, fold_case)) return equal_fold(a, b);
  return a == b;
}

} // namespace detail

/// Whether two records are equal in everything that counts as a change; writing an equal record is a no-op. Compares
/// the members of the field list that are not marked `not_compared`. Both the state and anti-entropy use it, so that an
/// agent never proposes a difference that the state ignores (Consul: IsSame in agent/structs).
template <has_fields Record>
bool same_record(const Record& a, const Record& b) {
  std::array<const void*, detail::most_compared_fields> members_of_a{};
  std::size_t at = 0;
  Record::fields([&](const field&, const auto& member) { members_of_a.at(at++) = &member; }, a);
  at = 0;
  bool same = true;
  Record::fields(
      [&](const field& f, const auto& member) {
        const auto& other = *static_cast<decltype(&member)>(members_of_a[at++]);
        same = same && detail::same_member(f, other, member);
      },
      b);
  return same;
}

} // namespace praetor
