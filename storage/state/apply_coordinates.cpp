#include "storage/state/apply_steps.hpp"
#include "storage/state/table_writes.hpp"

namespace praetor::state {

void delete_coordinates_of_node(step& s, std::string_view node_name) {
  auto prefix = tree_prefix({lower_case(node_name)});
  string_list keys;
  s.tables().coordinates.for_each(prefix, nullptr,
                                  [&](std::string_view key, const node_coordinate_ptr&) { keys.emplace_back(key); });
  for (auto& key : keys) s.tables().coordinates.erase(key, s.retired());
  if (!keys.empty()) s.touch("coordinates");
}

/// Nodes that are gone by the time their coordinate arrives are passed over.
apply_result apply_coordinates(step& s, coordinate_batch batch) {
  for (auto& entry : batch)
    if (entry && node_named(s.tables(), {}, entry->node)) put_coordinate(s.tables(), s.retired(), std::move(entry));
  s.touch("coordinates");
  return {};
}

} // namespace praetor::state
