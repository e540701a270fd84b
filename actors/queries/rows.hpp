#pragma once

#include "protocol/filter/row_filter.hpp"
#include "storage/state/queries_coordinates.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace praetor::queries {

// What queries do with the rows of their values.

/// Leaves the rows that the filter matches. Rows are shared records or values.
template <class Row, class Filtered>
void keep_matching(std::vector<Row>& rows, const filter::row_filter<Filtered>& where) {
  if (where.empty()) return;
  std::erase_if(rows, [&](const Row& row) {
    if constexpr (requires { where.matches(row); })
      return !where.matches(row);
    else
      return !where.matches(*row);
  });
}

/// Sorts rows by how far their nodes are from the node `near`, if one is named. Coordinates are not watched: such a
/// value can't be kept.
/// @param node_of names the node of a row
template <class Row, class NodeOf>
void sort_near(const state::store& s, std::string_view near, std::vector<Row>& rows, NodeOf node_of) {
  if (!near.empty()) state::nearness(s, near).sort(rows, node_of);
}

} // namespace praetor::queries
