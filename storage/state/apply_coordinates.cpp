#include "storage/state/apply_steps.hpp"
#include "storage/state/lookups.hpp"

namespace praetor::state {

void delete_coordinates_of_node(step& s, std::string_view node_name) {
  s.tables().coordinates.erase_prefix(s.writer(), tree_prefix({lower_case(node_name)}));
}

/// Nodes that are gone by the time their coordinate arrives are passed over.
apply_result apply_coordinates(step& s, coordinate_batch batch) {
  for (auto& entry : batch)
    if (entry && node_named(s.tables(), {}, entry->node)) s.tables().coordinates.put(s.writer(), std::move(entry));
  s.touch(coordinate_schema::index_row); // also when all of them were passed over
  return {};
}

} // namespace praetor::state
