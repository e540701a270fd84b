#include "storage/state/queries_coordinates.hpp"
#include "storage/state/index_table.hpp"
#include "storage/state/reading.hpp"

namespace praetor::state {

namespace {

result<coordinate_batch> below(const store& s, std::string_view prefix, watch_set* watch) {
  reading r(s, watch);
  coordinate_batch out;
  r.t.coordinates.for_each(prefix, watch,
                           [&](std::string_view, const node_coordinate_ptr& entry) { out.push_back(entry); });
  return r.done(index_value(r.t, "coordinates"), std::move(out));
}

} // namespace

result<coordinate_batch> coordinates(const store& s, watch_set* watch) { return below(s, {}, watch); }

result<coordinate_batch> node_coordinates(const store& s, std::string_view node, watch_set* watch) {
  return below(s, tree_prefix({lower_case(node)}), watch);
}

nearness::nearness(const store& s, std::string_view from)
    : store_(s), from_(node_coordinates(s, from, nullptr).value) {}

/// Compares nodes in several segments within their common one.
std::optional<nanoseconds> nearness::to(std::string_view node) const {
  auto there = node_coordinates(store_, node, nullptr).value;
  if (from_.empty() || there.empty()) return {};
  auto between = [](const node_coordinate& a, const node_coordinate& b) -> std::optional<nanoseconds> {
    if (!compatible(a.coord, b.coord)) return {};
    return distance(a.coord, b.coord);
  };
  for (const auto& a : from_)
    for (const auto& b : there)
      if (a->segment == b->segment) return between(*a, *b);
  return {};
}

} // namespace praetor::state
