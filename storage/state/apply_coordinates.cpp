#include "storage/state/apply_steps.hpp"
#include "storage/state/lookups.hpp"

namespace praetor::state {

void delete_coordinates_of_node(step& s, std::string_view node_name) {
  s.tables().coordinates.erase_prefix(s.writer(), tree_prefix({lower_case(node_name)}));
}

/// Skips coordinates of nodes that no longer exist.
apply_result apply_coordinates(step& s, coordinate_batch batch) {
  for (auto& entry : batch)
    if (entry && node_named(s.tables(), {}, entry->node)) s.tables().coordinates.put(s.writer(), std::move(entry));
  s.touch(coordinate_schema::index_row); // even if all were skipped
  return {};
}

} // namespace praetor::state
