#include "storage/state/apply_steps.hpp"
#include "storage/state/archive_forms.hpp"
#include "storage/state/command_forms.hpp"
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

namespace {

bool write_coordinates(record_writer& out, command_type type) {
  return out.each(out.tables().coordinates, {},
                  [&](std::string_view, const node_coordinate_ptr& c) { return out.put(type, coordinate_batch{c}); });
}

void restore_coordinates(restoring& in, std::shared_ptr<coordinate_batch> batch) {
  for (auto& c : *batch) {
    if (!has_sound_keys(*c)) continue;
    in.t.coordinates.put(in.writer(in.t.last_index), std::move(c));
  }
}

} // namespace

template <>
record_kind row<command_type::coordinate_batch>() {
  return {.name = "CoordinateBatchUpdate",
          .command = command<apply_coordinates>("batch of coordinates", proposer::leader),
          .archive = archived<coordinate_batch, write_coordinates, restore_coordinates>(4)};
}

} // namespace praetor::state
