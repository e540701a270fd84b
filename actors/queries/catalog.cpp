#include "actors/queries/catalog.hpp"

#include "actors/access/read_permissions.hpp"
#include "actors/queries/rows.hpp"

#include <set>

namespace praetor::queries {

namespace {

/// The services with an instance that the filter matches, each with the tags of those instances.
state::result<list_services::value_type> matching_services(const list_services& q, const state::store& s,
                                                           state::watch_set* watch) {
  auto all = state::list_services(s, q.node_meta, watch);
  state::result<list_services::value_type> out;
  out.index = all.index;
  for (const auto& [name, tags] : all.value) {
    state::service_query of_one;
    of_one.name = name;
    of_one.node_meta = q.node_meta;
    std::set<std::string> seen;
    for (const auto& instance : state::service_instances(s, of_one, watch).value) {
      if (!q.where.matches(flatten(*instance.node, *instance.service))) continue;
      auto& list = out.value[name];
      for (const auto& tag : instance.service->tags)
        if (seen.insert(tag).second) list.push_back(tag);
    }
  }
  return out;
}

} // namespace

state::result<list_nodes::value_type> list_nodes::evaluate(const state::store& s, state::watch_set* watch) const {
  auto found = state::list_nodes(s, node_meta, watch);
  keep_matching(found.value, where);
  sort_near(s, near, found.value, [](const node_ptr& n) -> std::string_view { return n->name; });
  return found;
}

bool list_nodes::filter(value_type& value, const acl::authorizer& who) const {
  return std::erase_if(value, [&](const node_ptr& n) { return !may_read(who, *n); }) > 0;
}

state::result<list_services::value_type> list_services::evaluate(const state::store& s, state::watch_set* watch) const {
  return where.empty() ? state::list_services(s, node_meta, watch) : matching_services(*this, s, watch);
}

bool list_services::filter(value_type& value, const acl::authorizer& who) const {
  return std::erase_if(value, [&](const auto& item) { return !may_read_service(who, {}, item.first); }) > 0;
}

state::result<service_nodes::value_type> service_nodes::evaluate(const state::store& s, state::watch_set* watch) const {
  state::service_query q;
  q.name = service;
  q.tags = tags;
  q.node_meta = node_meta;
  q.connect = connect;
  auto instances = state::service_instances(s, q, watch);
  state::result<value_type> out;
  out.index = instances.index;
  out.value.reserve(instances.value.size());
  for (const auto& one : instances.value) {
    auto row = flatten(*one.node, *one.service);
    if (where.matches(row)) out.value.push_back(std::move(row));
  }
  sort_near(s, near, out.value, [](const service_node& row) -> std::string_view { return row.node; });
  return out;
}

bool service_nodes::filter(value_type& value, const acl::authorizer& who) const {
  return std::erase_if(value, [&](const service_node& row) {
           return !may_read_node(who, row.peer_name, row.node) ||
                  !may_read_service(who, row.peer_name, row.service_name);
         }) > 0;
}

state::result<node_services::value_type> node_services::evaluate(const state::store& s, state::watch_set* watch) const {
  auto found = state::node_services(s, node, watch);
  state::result<value_type> out;
  out.index = found.index;
  out.value.node = std::move(found.value.node);
  if (found.value.services.empty() && where.empty()) return out;
  keep_matching(found.value.services, where);
  out.value.services = std::move(found.value.services);
  return out;
}

bool node_services::filter(value_type& value, const acl::authorizer& who) const {
  if (value.node && !may_read(who, *value.node)) {
    value = {};
    return true;
  }
  if (!value.services) return false;
  return std::erase_if(*value.services, [&](const node_service_ptr& s) { return !may_read(who, *s); }) > 0;
}

state::result<find_node::value_type> find_node::evaluate(const state::store& s, state::watch_set* watch) const {
  return state::find_node(s, node, watch, peer);
}

bool find_node::filter(value_type& value, const acl::authorizer& who) const {
  if (!value || may_read(who, *value)) return false;
  value = nullptr;
  return true;
}

state::result<address_owners::value_type> address_owners::evaluate(const state::store& s,
                                                                   state::watch_set* watch) const {
  return state::find_by_address(s, address, watch);
}

bool address_owners::filter(value_type& value, const acl::authorizer& who) const {
  auto removed = std::erase_if(value.nodes, [&](const node_ptr& n) { return !may_read(who, *n); });
  removed += std::erase_if(value.services, [&](const state::service_instance& i) {
    return !may_read(who, *i.service) || !may_read(who, *i.node);
  });
  return removed > 0;
}

} // namespace praetor::queries
