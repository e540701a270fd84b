#include "actors/queries/health.hpp"

#include "actors/access/read_permissions.hpp"
#include "actors/queries/rows.hpp"
#include "storage/state/queries_health.hpp"

namespace praetor::queries {

namespace {

using check_list = std::vector<health_check_ptr>;

std::string_view node_of_check(const health_check_ptr& c) { return c->node; }

bool all_passing(const service_entry& e) {
  return std::all_of(e.checks.begin(), e.checks.end(),
                     [](const health_check_ptr& check) { return check->status == health_passing; });
}

} // namespace

bool of_checks::filter(value_type& value, const acl::authorizer& who) const {
  return std::erase_if(value, [&](const health_check_ptr& c) { return !may_read(who, *c); }) > 0;
}

state::result<check_list> node_checks::evaluate(const state::store& s, state::watch_set* watch) const {
  auto found = state::node_checks(s, node, watch);
  keep_matching(found.value, where);
  return found;
}

state::result<check_list> service_checks::evaluate(const state::store& s, state::watch_set* watch) const {
  auto found = state::service_checks(s, service, node_meta, watch);
  keep_matching(found.value, where);
  sort_near(s, near, found.value, node_of_check);
  return found;
}

state::result<check_list> checks_in_state::evaluate(const state::store& s, state::watch_set* watch) const {
  auto found = state::checks_in_state(s, status, node_meta, watch);
  keep_matching(found.value, where);
  sort_near(s, near, found.value, node_of_check);
  return found;
}

state::result<service_health::value_type> service_health::evaluate(const state::store& s,
                                                                   state::watch_set* watch) const {
  state::service_query q;
  q.name = service;
  q.peer = peer;
  q.tags = tags;
  q.node_meta = node_meta;
  q.connect = connect;
  auto found = state::service_entries(s, q, watch);
  keep_matching(found.value, where);
  if (passing) std::erase_if(found.value, [](const service_entry& e) { return !all_passing(e); });
  sort_near(s, near, found.value, [](const service_entry& e) -> std::string_view { return e.node->name; });
  return found;
}

bool service_health::filter(value_type& value, const acl::authorizer& who) const {
  return std::erase_if(value, [&](const service_entry& e) { return !may_read(who, e); }) > 0;
}

} // namespace praetor::queries
