#include "actors/queries/cluster.hpp"

#include "actors/access/read_permissions.hpp"
#include "storage/state/queries_cluster.hpp"
#include "storage/state/queries_coordinates.hpp"

namespace praetor::queries {

namespace {

void keep_segment(coordinate_batch& all, const std::optional<std::string>& segment) {
  if (segment) std::erase_if(all, [&](const node_coordinate_ptr& c) { return c->segment != *segment; });
}

bool remove_unreadable(coordinate_batch& all, const acl::authorizer& who) {
  return std::erase_if(all, [&](const node_coordinate_ptr& c) { return !may_read_node(who, {}, c->node); }) > 0;
}

} // namespace

state::result<coordinate_batch> list_coordinates::evaluate(const state::store& s, state::watch_set* watch) const {
  auto found = state::coordinates(s, watch);
  keep_segment(found.value, segment);
  return found;
}

bool list_coordinates::filter(value_type& value, const acl::authorizer& who) const {
  return remove_unreadable(value, who);
}

state::result<coordinate_batch> node_coordinates::evaluate(const state::store& s, state::watch_set* watch) const {
  auto found = state::node_coordinates(s, node, watch);
  keep_segment(found.value, segment);
  return found;
}

bool node_coordinates::filter(value_type& value, const acl::authorizer& who) const {
  return remove_unreadable(value, who);
}

state::result<ca_roots> connect_roots::evaluate(const state::store& s, state::watch_set* watch) const {
  auto found = state::connect_roots(s, watch);
  for (auto& root : found.value.roots) {
    if (root->signing_key.empty() && root->signing_cert.empty()) continue;
    auto copy = std::make_shared<ca_root>(*root);
    copy->signing_key.clear();
    copy->signing_cert.clear();
    root = std::move(copy);
  }
  return found;
}

state::result<state::usage_counts> usage::evaluate(const state::store& s, state::watch_set* watch) const {
  return state::usage(s, watch);
}

state::result<autopilot_settings::value_type> autopilot_settings::evaluate(const state::store& s,
                                                                           state::watch_set* watch) const {
  return state::autopilot_configuration(s, watch);
}

} // namespace praetor::queries
