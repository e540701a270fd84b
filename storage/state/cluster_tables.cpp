#include "storage/state/cluster_tables.hpp"

#include "storage/state/tree_key.hpp"

namespace praetor::state {

std::string coordinate_schema::key(const node_coordinate& c) { return tree_key({lower_case(c.node), c.segment}); }

void key_parts(const node_coordinate& c, key_visitor& visit) {
  visit.part("Node", c.node);
  visit.part("Segment", c.segment);
}

} // namespace praetor::state
