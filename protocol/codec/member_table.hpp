#pragma once

#include "protocol/types/error.hpp"
#include "protocol/types/field.hpp"

#include <cstddef>
#include <vector>

namespace praetor {

/// One member of a struct, accessible at run time: its offset and its function.
template <class Function>
struct member_entry {
  field name;
  std::ptrdiff_t offset;
  Function run;
};

/// The members of T with one function each, derived from T's field list. `Operation::run<Member>` is the function and
/// `Operation::function` its pointer type. Call once per type and keep the result: it visits a default-constructed T to
/// find the offsets, so `fields` must always name members of the object itself.
template <class T, class Operation>
std::vector<member_entry<typename Operation::function>> make_member_table() {
  std::vector<member_entry<typename Operation::function>> table;
  T sample{};
  auto base = reinterpret_cast<const char*>(&sample);
  T::fields(
      [&]<class Member>(const field& name, Member& member) {
        auto offset = reinterpret_cast<const char*>(&member) - base;
        PRAETOR_ASSERT(offset >= 0 &&
                       offset + static_cast<std::ptrdiff_t>(sizeof(Member)) <= static_cast<std::ptrdiff_t>(sizeof(T)));
        table.push_back({name, offset, &Operation::template run<Member>});
      },
      sample);
  return table;
}

} // namespace praetor
