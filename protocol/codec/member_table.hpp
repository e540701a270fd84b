#pragma once

#include "protocol/types/error.hpp"
#include "protocol/types/field.hpp"

#include <cstddef>
#include <vector>

namespace praetor {

/// One member of a struct, reachable at run time: where it lies in the struct and what to do with it.
template <class Function>
struct member_entry {
  field name;
  std::ptrdiff_t offset;
  Function run;
};

/// The members of T with a function each, made from T's field list. `Operation::run<Member>` is the function and
/// `Operation::function` its pointer type. Call it once per type and keep the result: it visits a default T to learn
/// where the members lie, so `fields` must always name members of the object itself.
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
