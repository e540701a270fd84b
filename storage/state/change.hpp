#pragma once

#include "protocol/types/commands.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::state {

/// A table's name, and the kind of its snapshot records.
struct table_info {
  std::string_view name;
  command_type kind;
};

template <class Schema>
inline constexpr table_info info_of{Schema::name, Schema::kind};

/// One record that a transaction wrote.
struct change {
  const table_info* table = nullptr;
  std::string key;                           ///< primary key
  std::shared_ptr<const void> before, after; ///< null: it does not exist
  std::uint64_t index = 0;                   ///< of the entry that wrote it, as clients see it
};
using change_list = std::vector<change>;

/// The record before a change, or null. The change must belong to this table.
template <class Schema>
std::shared_ptr<const typename Schema::record> before_in(const change& c) {
  return std::static_pointer_cast<const typename Schema::record>(c.before);
}
template <class Schema>
std::shared_ptr<const typename Schema::record> after_in(const change& c) {
  return std::static_pointer_cast<const typename Schema::record>(c.after);
}
template <class Schema>
bool is_of(const change& c) {
  return c.table == &info_of<Schema>;
}

} // namespace praetor::state
