#pragma once

#include "storage/state/queries_catalog.hpp"

#include <algorithm>
#include <optional>

namespace praetor::state {

/// The coordinates of all nodes, sorted by node and segment.
result<coordinate_batch> coordinates(const store& s, watch_set* watch);
/// The coordinates of a node by segment; empty if there are none yet.
result<coordinate_batch> node_coordinates(const store& s, std::string_view node, watch_set* watch);

/// The distances of nodes from one node, by their coordinates at one moment.
class nearness {
public:
  nearness(const store& s, std::string_view from);
  /// The estimated round trip time to a node, or nothing if either has no coordinate.
  std::optional<nanoseconds> to(std::string_view node) const;

  /// Stable sort by distance; unknown distances come last.
  /// @param node_of returns the node of a row
  template <class Row, class NodeOf>
  void sort(std::vector<Row>& rows, NodeOf node_of) const {
    if (from_.empty()) return;
    std::vector<std::pair<nanoseconds, Row>> measured;
    measured.reserve(rows.size());
    for (auto& row : rows) {
      auto time = to(node_of(row)).value_or(nanoseconds::max());
      measured.emplace_back(time, std::move(row));
    }
    std::stable_sort(measured.begin(), measured.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = std::move(measured[i].second);
  }

private:
  const store& store_;
  coordinate_batch from_;
};

} // namespace praetor::state
