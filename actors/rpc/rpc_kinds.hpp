#pragma once

#include "actors/rpc/rpc_messages.hpp"
#include "protocol/base/named_values.hpp"

#include <array>
#include <type_traits>
#include <utility>

namespace praetor {

// What follows from the rows of the kinds, which stand in rpc_messages.hpp. A kind without one is rejected.

/// A kind's declaration, for code that has its number at run time.
struct rpc_kind_row {
  rpc_kind kind;
  std::string_view name;
  requester who;
  bool answered, streams;
};

inline constexpr auto rpc_kinds = []<std::size_t... At>(std::index_sequence<At...>) {
  constexpr auto& kinds = named_values<rpc_kind, 256>;
  return std::array{rpc_kind_row{kinds[At], declared<kinds[At]>.name, declared<kinds[At]>.who,
                                 declared<kinds[At]>.answered, declared<kinds[At]>.streams}...};
}
(std::make_index_sequence<named_values<rpc_kind, 256>.size()>());

/// The row of a received number; null for kinds of other releases.
constexpr const rpc_kind_row* find_rpc_kind(std::uint16_t number) {
  for (const auto& row : rpc_kinds)
    if (static_cast<std::uint16_t>(row.kind) == number) return &row;
  return nullptr;
}

template <rpc_kind Kind>
using declaration_of = std::remove_const_t<decltype(declared<Kind>)>;
template <rpc_kind Kind>
using question_of = typename declaration_of<Kind>::request;
template <rpc_kind Kind>
using reply_of = typename declaration_of<Kind>::reply;

} // namespace praetor
