#include "storage/state/queries_catalog.hpp"
#include "storage/state/index_table.hpp"
#include "storage/state/lookups.hpp"
#include "storage/state/reading.hpp"

#include <algorithm>
#include <set>

namespace praetor::state {

namespace {

/// The node of a record. Its changes wake the query too.
node_ptr watched_node(const tables& t, std::string_view peer, std::string_view name, watch_set* watch) {
  auto found = t.nodes.find_bounded(tree_key({lower_case(peer), lower_case(name)}), watch);
  return found ? *found : nullptr;
}

bool has_tag(const node_service& s, std::string_view tag) {
  return std::any_of(s.tags.begin(), s.tags.end(), [&](auto& t) { return equal_fold(t, tag); });
}

} // namespace

bool has_all(const string_map& meta, const string_map& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](auto& pair) {
    auto found = meta.find(pair.first);
    return found != meta.end() && found->second == pair.second;
  });
}

bool has_all_tags(const node_service& s, const string_list& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](auto& tag) { return has_tag(s, tag); });
}

std::uint64_t service_index(const tables& t, std::string_view peer, std::string_view name, bool exists,
                            bool with_checks, watch_set* watch) {
  auto found = [&](std::string_view rest) {
    auto key = peer_index_key(peer, rest);
    auto value = index_value(t, key);
    if (value > 0) t.indexes.find(key, watch);
    return value;
  };
  if (!exists)
    if (auto extinction = found("service_last_extinction")) return extinction;
  if (auto own = found("service." + std::string(name))) return own;
  auto max = std::max(index_value(t, peer_index_key(peer, "services")), index_value(t, peer_index_key(peer, "nodes")));
  return with_checks ? std::max(max, index_value(t, peer_index_key(peer, "checks"))) : max;
}

result<std::vector<node_ptr>> list_nodes(const store& s, const string_map& node_meta, watch_set* watch,
                                         std::string_view peer) {
  reading r(s, watch);
  std::vector<node_ptr> out;
  r.t.nodes.for_each(tree_prefix({lower_case(peer)}), watch, [&](std::string_view, const node_ptr& n) {
    if (has_all(n->meta, node_meta)) out.push_back(n);
  });
  return r.done(index_value(r.t, peer_index_key(peer, "nodes")), std::move(out));
}

result<node_ptr> find_node(const store& s, std::string_view name, watch_set* watch, std::string_view peer) {
  reading r(s, watch);
  auto found = r.t.nodes.find(tree_key({lower_case(peer), lower_case(name)}), watch);
  auto index = found ? index_value(r.t, peer_index_key(peer, "node." + std::string(name)))
                     : index_value(r.t, peer_index_key(peer, "node_last_extinction"));
  return r.done(index, found ? *found : node_ptr{});
}

result<node_ptr> find_node_by_name_or_id(const store& s, std::string_view name, watch_set* watch,
                                         std::string_view peer) {
  auto by_name = find_node(s, name, watch, peer);
  if (by_name.value) return by_name;
  if (name.size() < 2) return {}; // too short for an id prefix: not searched
  auto hexadecimal = [](char c) { return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  auto wanted = lower_case(name);
  if (!std::all_of(wanted.begin(), wanted.end(), hexadecimal)) return by_name;
  reading r(s, watch);
  node_ptr found;
  int count = 0;
  auto prefix = tree_key({lower_case(peer), wanted});
  r.t.nodes.by<"id">().for_each(prefix, watch, [&](std::string_view, const node_ptr& n) {
    found = n;
    return ++count < 2;
  });
  if (count != 1) return by_name;
  return r.done(index_value(r.t, peer_index_key(peer, "node." + found->name)), found);
}

result<std::map<std::string, string_list>> list_services(const store& s, const string_map& node_meta, watch_set* watch,
                                                         std::string_view peer) {
  reading r(s, watch);
  std::map<std::string, std::set<std::string_view>> names;
  auto prefix = tree_prefix({lower_case(peer)});
  r.t.services.by<"name">().for_each(prefix, watch, [&](std::string_view, const service_record_ptr& record) {
    if (!node_meta.empty()) {
      auto n = node_named(r.t, peer, record->node);
      if (!n || !has_all(n->meta, node_meta)) return;
    }
    auto& tags = names[record->service.name];
    for (auto& tag : record->service.tags) tags.insert(tag);
  });
  if (!node_meta.empty() && watch) r.t.nodes.has_prefix(prefix, watch);
  std::map<std::string, string_list> out;
  for (auto& [name, tags] : names) out[name].assign(tags.begin(), tags.end());
  auto index = index_value(r.t, peer_index_key(peer, "services"));
  if (!node_meta.empty()) index = std::max(index, index_value(r.t, peer_index_key(peer, "nodes")));
  return r.done(index, std::move(out));
}

result<std::vector<service_instance>> service_instances(const store& s, const service_query& q, watch_set* watch) {
  reading r(s, watch);
  std::vector<service_instance> out;
  std::set<std::string> names; // of the services found: for a Connect query those of the proxies
  auto& tree = q.connect ? r.t.services.by<"connect">() : r.t.services.by<"name">();
  auto prefix = tree_prefix({lower_case(q.peer), lower_case(q.name)});
  tree.for_each(prefix, watch, [&](std::string_view, const service_record_ptr& record) {
    names.insert(record->service.name);
    auto n = watched_node(r.t, q.peer, record->node, watch);
    if (n && has_all(n->meta, q.node_meta) && has_all_tags(record->service, q.tags))
      out.push_back({std::move(n), service_of(record)});
  });
  std::uint64_t index = 0;
  for (auto& name : names) index = std::max(index, service_index(r.t, q.peer, name, true, false, nullptr));
  if (names.empty()) index = service_index(r.t, q.peer, q.name, false, false, watch);
  return r.done(index, std::move(out));
}

result<node_service_ptr> find_service(const store& s, std::string_view node, std::string_view service_id,
                                      watch_set* watch, std::string_view peer) {
  reading r(s, watch);
  auto found = r.t.services.find(tree_key({lower_case(peer), lower_case(node), lower_case(service_id)}), watch);
  return r.done(index_value(r.t, peer_index_key(peer, "services")), found ? service_of(*found) : node_service_ptr{});
}

result<node_with_services> node_services(const store& s, std::string_view name, watch_set* watch,
                                         std::string_view peer) {
  reading r(s, watch);
  auto n = find_node_by_name_or_id(s, name, watch, peer);
  node_with_services out;
  if (n.value) {
    out.node = n.value;
    r.t.services.for_each(
        tree_prefix({lower_case(peer), lower_case(n.value->name)}), watch,
        [&](std::string_view, const service_record_ptr& record) { out.services.push_back(service_of(record)); });
  }
  return r.done(n.index, std::move(out));
}

result<address_owners> find_by_address(const store& s, std::string_view address, watch_set* watch) {
  reading r(s, watch);
  address_owners out;
  r.t.nodes.for_each(tree_prefix({""}), watch, [&](std::string_view, const node_ptr& n) {
    if (n->address == address) out.nodes.push_back(n);
  });
  r.t.services.for_each(tree_prefix({""}), watch, [&](std::string_view, const service_record_ptr& record) {
    if (record->service.address == address)
      out.services.push_back({node_named(r.t, {}, record->node), service_of(record)});
  });
  return r.done(max_index(r.t, {"nodes", "services"}), std::move(out));
}

result<string_list> service_names_of_kind(const store& s, std::string_view kind, watch_set* watch) {
  reading r(s, watch);
  auto text = std::string(kind_index_name(kind));
  auto prefix = tree_prefix({text});
  string_list out;
  r.t.kind_names.for_each(prefix, watch,
                          [&](std::string_view key, const present&) { out.emplace_back(key.substr(prefix.size())); });
  return r.done(index_value(r.t, "kind_service_names." + text), std::move(out));
}

} // namespace praetor::state
