#include "storage/state/apply_steps.hpp"
#include "storage/state/key_parts.hpp"
#include "storage/state/lookups.hpp"

namespace praetor::state {

void delete_coordinates_of_node(step& s, std::string_view node_name) {
  s.tables().coordinates.erase_prefix(s.writer(), tree_prefix({lower_case(node_name)}));
}

void written_keys(const coordinate_batch& r, key_visitor& visit) {
  for (const auto& c : r)
    if (c) key_parts(*c, visit);
}
void check_rules(const coordinate_batch& r, first_fault& f) {
  for (const auto& c : r) {
    f.need("Node", c->node);
    if (c->coord.vec.size() != coordinate::dimensions)
      f.add("Coord.Vec", "not " + std::to_string(coordinate::dimensions) + " numbers");
  }
}

/// Nodes that are gone by the time their coordinate arrives are passed over.
apply_result apply_coordinates(step& s, coordinate_batch batch) {
  for (auto& entry : batch)
    if (entry && node_named(s.tables(), {}, entry->node)) s.tables().coordinates.put(s.writer(), std::move(entry));
  s.touch(coordinate_schema::index_row); // even if all were skipped
  return {};
}

} // namespace praetor::state
