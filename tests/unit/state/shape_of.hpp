#pragma once

#include "storage/state/tables.hpp"

#include <sstream>
#include <string>

namespace praetor::state {

template <class Tree>
void list_keys(std::string& out, std::string_view name, const Tree& tree) {
  out += name;
  out += '\n';
  tree.for_each([&](std::string_view key, const auto&) {
    out += key;
    out += '\n';
  });
}

template <class Table>
void list_table(std::string& out, const Table& table) {
  const std::string name(Table::schema::name);
  list_keys(out, name, table);
  table.for_each_index(
      [&](std::string_view index, const auto& tree) { list_keys(out, name + " by " + std::string(index), tree); });
}

/// The keys of all trees: secondary indexes must match the records.
inline std::string shape_of(const tables& t) {
  std::string out;
  for_each_table(t, [&](const auto& table) { list_table(out, table); });
  list_keys(out, "kind_names", t.kind_names);
  list_keys(out, "tombstones", t.tombstones);
  list_keys(out, "indexes", t.indexes);
  return out;
}

/// The first line in which two texts differ, with the heading above it; empty if they are equal.
inline std::string difference(const std::string& a, const std::string& b) {
  std::istringstream left(a), right(b);
  std::string heading, x, y;
  for (;;) {
    bool more_left = static_cast<bool>(std::getline(left, x)), more_right = static_cast<bool>(std::getline(right, y));
    if (!more_left && !more_right) return {};
    if (!more_left || !more_right || x != y) return heading + ": " + x + " / " + y;
    if (x.find('\0') == std::string::npos) heading = x;
  }
}

} // namespace praetor::state
