#include "storage/state/queries_health.hpp"
#include "storage/state/index_table.hpp"
#include "storage/state/lookups.hpp"
#include "storage/state/reading.hpp"

#include <algorithm>
#include <set>

namespace praetor::state {

namespace {

using check_list = std::vector<health_check_ptr>;

std::uint64_t checks_index(const tables& t, std::string_view peer) {
  return index_value(t, peer_index_key(peer, "checks"));
}

/// Removes checks on nodes without these meta values; watches those nodes.
void keep_on_nodes(const tables& t, check_list& checks, const string_map& meta, watch_set* watch) {
  if (meta.empty()) return;
  std::erase_if(checks, [&](const health_check_ptr& c) {
    auto n = t.nodes.find_bounded(tree_key({lower_case(c->peer_name), lower_case(c->node)}), watch);
    return !n || !has_all((*n)->meta, meta);
  });
}

auto collect(check_list& into) {
  return [&into](std::string_view, const health_check_ptr& c) { into.push_back(c); };
}

/// The checks that apply to an instance: first those of its node, then its own.
check_list checks_of(const tables& t, std::string_view peer, std::string_view node, std::string_view service_id) {
  check_list out;
  auto p = lower_case(peer), n = lower_case(node);
  t.checks.by<"instance">().for_each(tree_prefix({p, n, {}}), nullptr, collect(out));
  t.checks.by<"instance">().for_each(tree_prefix({p, n, lower_case(service_id)}), nullptr, collect(out));
  return out;
}

} // namespace

result<check_list> node_checks(const store& s, std::string_view node, watch_set* watch, std::string_view peer) {
  reading r(s, watch);
  check_list out;
  r.t.checks.for_each(tree_prefix({lower_case(peer), lower_case(node)}), watch, collect(out));
  return r.done(checks_index(r.t, peer), std::move(out));
}

result<health_check_ptr> find_check(const store& s, std::string_view node, std::string_view check_id, watch_set* watch,
                                    std::string_view peer) {
  reading r(s, watch);
  auto found = r.t.checks.find(tree_key({lower_case(peer), lower_case(node), lower_case(check_id)}), watch);
  return r.done(checks_index(r.t, peer), found ? *found : health_check_ptr{});
}

result<check_list> service_checks(const store& s, std::string_view service, const string_map& node_meta,
                                  watch_set* watch, std::string_view peer) {
  reading r(s, watch);
  check_list out;
  r.t.checks.by<"service">().for_each(tree_prefix({lower_case(peer), lower_case(service)}), watch, collect(out));
  keep_on_nodes(r.t, out, node_meta, watch);
  return r.done(checks_index(r.t, peer), std::move(out));
}

result<check_list> checks_in_state(const store& s, std::string_view status, const string_map& node_meta,
                                   watch_set* watch, std::string_view peer) {
  reading r(s, watch);
  check_list out;
  if (status == "any")
    r.t.checks.for_each(tree_prefix({lower_case(peer)}), watch, collect(out));
  else
    r.t.checks.by<"status">().for_each(tree_prefix({lower_case(peer), status}), watch, collect(out));
  keep_on_nodes(r.t, out, node_meta, watch);
  return r.done(checks_index(r.t, peer), std::move(out));
}

result<std::vector<service_entry>> service_entries(const store& s, const service_query& q, watch_set* watch) {
  reading r(s, watch);
  std::vector<service_entry> out;
  std::set<std::string> names;
  auto prefix = tree_prefix({lower_case(q.peer), lower_case(q.name)});
  auto add = [&](std::string_view, const service_record_ptr& record) {
    names.insert(record->service.name);
    auto n = node_named(r.t, q.peer, record->node);
    if (!n || !has_all(n->meta, q.node_meta) || !has_all_tags(record->service, q.tags)) return;
    out.push_back({std::move(n), service_of(record), checks_of(r.t, q.peer, record->node, record->service.id)});
  };
  // Every part of the answer raises its service's key, so one cell per service suffices. Only for a service without
  // instances, or where other services may contribute (Connect), the tree itself is watched.
  if (q.connect)
    r.t.services.by<"connect">().for_each(prefix, watch, add);
  else
    r.t.services.by<"name">().for_each(prefix, nullptr, add);
  std::uint64_t index = 0;
  for (auto& name : names) index = std::max(index, service_index(r.t, q.peer, name, true, true, watch));
  if (names.empty()) {
    if (!q.connect && watch) r.t.services.by<"name">().has_prefix(prefix, watch);
    index = service_index(r.t, q.peer, q.name, false, true, watch);
  }
  return r.done(index, std::move(out));
}

namespace {

node_contents contents_of(const tables& t, const node_ptr& n) {
  node_contents out;
  out.node = n;
  auto prefix = tree_prefix({lower_case(n->peer_name), lower_case(n->name)});
  t.services.for_each(prefix, nullptr, [&](std::string_view, const service_record_ptr& record) {
    out.services.push_back(service_of(record));
  });
  t.checks.for_each(prefix, nullptr, collect(out.checks));
  return out;
}

std::uint64_t catalog_index(const tables& t, std::string_view peer) {
  return std::max({index_value(t, peer_index_key(peer, "nodes")), index_value(t, peer_index_key(peer, "services")),
                   checks_index(t, peer)});
}

void watch_catalog(const tables& t, const std::string& prefix, watch_set* watch) {
  if (!watch) return;
  t.nodes.has_prefix(prefix, watch);
  t.services.has_prefix(prefix, watch);
  t.checks.has_prefix(prefix, watch);
}

} // namespace

result<std::vector<node_contents>> dump_nodes(const store& s, watch_set* watch, std::string_view peer) {
  reading r(s, watch);
  std::vector<node_contents> out;
  auto prefix = tree_prefix({lower_case(peer)});
  watch_catalog(r.t, prefix, watch);
  r.t.nodes.for_each(prefix, nullptr, [&](std::string_view, const node_ptr& n) { out.push_back(contents_of(r.t, n)); });
  return r.done(catalog_index(r.t, peer), std::move(out));
}

result<node_contents> dump_node(const store& s, std::string_view name, watch_set* watch, std::string_view peer) {
  reading r(s, watch);
  auto n = find_node_by_name_or_id(s, name, watch, peer);
  if (!n.value) return {n.index, {}};
  if (watch) {
    auto prefix = tree_prefix({lower_case(peer), lower_case(n.value->name)});
    r.t.services.has_prefix(prefix, watch);
    r.t.checks.has_prefix(prefix, watch);
  }
  return r.done(catalog_index(r.t, peer), contents_of(r.t, n.value));
}

result<std::vector<service_entry>> dump_services(const store& s, watch_set* watch, std::string_view peer) {
  reading r(s, watch);
  std::vector<service_entry> out;
  auto prefix = tree_prefix({lower_case(peer)});
  watch_catalog(r.t, prefix, watch);
  r.t.services.by<"name">().for_each(prefix, nullptr, [&](std::string_view, const service_record_ptr& record) {
    out.push_back({node_named(r.t, peer, record->node), service_of(record),
                   checks_of(r.t, peer, record->node, record->service.id)});
  });
  return r.done(catalog_index(r.t, peer), std::move(out));
}

} // namespace praetor::state
