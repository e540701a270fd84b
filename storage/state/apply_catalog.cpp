#include "protocol/types/same_record.hpp"
#include "storage/state/apply_steps.hpp"
#include "storage/state/index_table.hpp"
#include "storage/state/lookups.hpp"
#include "storage/state/metadata_rules.hpp"

#include <algorithm>

namespace praetor::state {

namespace {

constexpr std::string_view serf_check = "serfHealth", connect_enabled = "connect-enabled";

void touch_nodes(step& s, std::string_view peer) {
  s.touch("nodes");
  s.touch_peer(peer, "nodes");
}
void touch_node(step& s, std::string_view peer, std::string_view name) {
  s.touch_peer(peer, "node." + std::string(name));
}
void touch_services(step& s, std::string_view peer) {
  s.touch("services");
  s.touch_peer(peer, "services");
}
void touch_checks(step& s, std::string_view peer) {
  s.touch("checks");
  s.touch_peer(peer, "checks");
}
void touch_service(step& s, const node_service& service) {
  s.touch_peer(service.peer_name, "service." + service.name);
  auto kind = "service_kind." + std::string(kind_index_name(service.kind));
  s.touch(kind);
  s.touch_peer(service.peer_name, kind);
}

std::vector<service_record_ptr> services_on(const tables& t, std::string_view peer, std::string_view node_name) {
  std::vector<service_record_ptr> out;
  t.services.for_each(tree_prefix({lower_case(peer), lower_case(node_name)}), nullptr,
                      [&](std::string_view, const service_record_ptr& r) { out.push_back(r); });
  return out;
}

/// A change of a node or a node check changes the health of all its services.
void touch_services_on(step& s, std::string_view peer, std::string_view node_name) {
  for (auto& r : services_on(s.tables(), peer, node_name)) touch_service(s, r->service);
}

/// Touches the services whose health a check affects.
void touch_health(step& s, const health_check& check) {
  if (check.service_id.empty())
    touch_services_on(s, check.peer_name, check.node);
  else if (auto r = service_on(s.tables(), check.peer_name, check.node, check.service_id))
    touch_service(s, r->service);
}

std::string kind_name_key(std::string_view kind, std::string_view name) {
  return tree_key({kind_index_name(kind), lower_case(name)});
}

void add_kind_name(step& s, std::string_view kind, std::string_view name) {
  auto key = kind_name_key(kind, name);
  if (s.tables().kind_names.find(key)) return;
  s.tables().kind_names.set(key, {}, s.retired());
  s.touch("kind_service_names." + std::string(kind_index_name(kind)));
}
void drop_kind_name(step& s, std::string_view kind, std::string_view name) {
  if (s.tables().kind_names.erase(kind_name_key(kind, name), s.retired()))
    s.touch("kind_service_names." + std::string(kind_index_name(kind)));
}

/// A name may be taken over only from a node whose agent is known to have failed (or, if `or_without_id`, that never
/// had an id). A node without a serfHealth check is not protected (Consul: ensureNoNodeWithSimilarNameTxn in
/// agent/consul/state/catalog.go).
expected<void> check_name_free(step& s, const node& n, bool or_without_id) {
  auto holder = node_named(s.tables(), n.peer_name, n.name);
  if (!holder || equal_fold(holder->id, n.id)) return {};
  auto health = check_on(s.tables(), n.peer_name, holder->name, serf_check);
  bool healthy = health && health->status != health_critical;
  if (!healthy || (holder->id.empty() && or_without_id)) return {};
  return fail("Node name " + n.name + " is reserved by node " + holder->id + " with name " + holder->name + " (" +
              holder->address + ")");
}

/// Call after an instance no longer accepts Connect traffic for its destination. The index of a Connect query is the
/// maximum over its instances' services; it must not decrease when one of them leaves.
void leave_destination(step& s, const node_service& gone) {
  auto destination = connect_destination(gone);
  if (destination.empty()) return;
  service_record_ptr left;
  bool same_name = false;
  s.tables().services.by<"connect">().for_each(tree_prefix({lower_case(gone.peer_name), lower_case(destination)}),
                                               nullptr, [&](std::string_view, const service_record_ptr& r) {
                                                 left = r;
                                                 same_name = equal_fold(r->service.name, gone.name);
                                                 return !same_name;
                                               });
  if (!left) {
    s.touch_peer(gone.peer_name, "service_last_extinction");
    if (gone.peer_name.empty()) drop_kind_name(s, connect_enabled, destination);
  } else if (!same_name) {
    touch_service(s, left->service);
  }
}

/// Call after an instance was removed from an index by name: removes the entries that stood for the last one. The set
/// of names depends on the instances only, so that a state restored from a snapshot has the same.
void leave_names(step& s, const node_service& gone) {
  auto peer = lower_case(gone.peer_name);
  leave_destination(s, gone);
  bool any = false, same_kind = false;
  s.tables().services.by<"name">().for_each(tree_prefix({peer, lower_case(gone.name)}), nullptr,
                                            [&](std::string_view, const service_record_ptr& r) {
                                              any = true;
                                              same_kind = r->service.kind == gone.kind;
                                              return !same_kind;
                                            });
  if (peer.empty() && !same_kind) drop_kind_name(s, gone.kind, gone.name);
  if (any) return;
  drop_index(s.tables(), s.retired(), peer_index_key(peer, "service." + gone.name));
  s.touch_peer(peer, "service_last_extinction");
}

bool weights_valid(const service_weights& w) {
  return w.passing >= 1 && w.passing <= 65535 && w.warning >= 0 && w.warning <= 65535;
}

} // namespace

expected<void> ensure_node(step& s, node n) {
  node_ptr existing;
  if (!n.id.empty()) {
    existing = node_with_id(s.tables(), n.peer_name, n.id);
    if (existing && !equal_fold(existing->name, n.name)) {
      if (auto free = check_name_free(s, n, false); !free)
        return fail("Error while renaming Node ID: " + praetor::quoted(n.id) + " (" + n.address +
                    "): " + free.error().text);
      delete_node(s, existing->peer_name, existing->name);
    } else if (!existing) {
      if (auto free = check_name_free(s, n, true); !free)
        return fail("Error while renaming Node ID: " + praetor::quoted(n.id) + ": " + free.error().text);
    }
  }
  if (!existing) existing = node_named(s.tables(), n.peer_name, n.name);
  n.create_index = existing ? existing->create_index : s.index;
  if (existing && same_record(*existing, n)) return {};
  n.modify_index = s.index;
  auto record = std::make_shared<const node>(std::move(n));
  s.tables().nodes.put(s.writer(), record);
  touch_services_on(s, record->peer_name, record->name);
  return {};
}

expected<void> ensure_service(step& s, const std::string& node_name, node_service service) {
  if (auto valid = check_metadata(service.meta, service.kind); !valid)
    return fail("Invalid Service Meta for node " + node_name + " and serviceID " + service.id + ": " +
                valid.error().text);
  // The tables list services without a kind, and all that accept Connect traffic, under these names.
  if (service.kind == kind_index_name({}) || service.kind == connect_enabled)
    return fail("Invalid Service Kind " + praetor::quoted(service.kind));
  auto existing = service_on(s.tables(), service.peer_name, node_name, service.id);
  if (!node_named(s.tables(), service.peer_name, node_name)) return fail("Missing node registration");
  if (!service.weights || !weights_valid(*service.weights)) service.weights = service_weights{};
  if (service.peer_name.empty()) {
    add_kind_name(s, service.kind, service.name);
    if (auto name = connect_destination(service); !name.empty()) add_kind_name(s, connect_enabled, name);
  }
  service.create_index = existing ? existing->service.create_index : s.index;
  if (existing && same_record(existing->service, service)) return {};
  service.modify_index = s.index;
  auto record = std::make_shared<const service_record>(service_record{node_name, std::move(service)});
  s.tables().services.put(s.writer(), record);
  if (existing) {
    // The instance is gone under its old name, whose watchers must be notified.
    const auto &was = existing->service, &is = record->service;
    bool renamed = !equal_fold(was.name, is.name);
    if (renamed) touch_service(s, was);
    if (renamed || was.kind != is.kind || !equal_fold(connect_destination(was), connect_destination(is)))
      leave_names(s, was);
  }
  touch_nodes(s, record->service.peer_name);
  touch_node(s, record->service.peer_name, node_name);
  return {};
}

expected<void> ensure_check(step& s, health_check check) {
  auto existing = check_on(s.tables(), check.peer_name, check.node, check.check_id);
  if (check.status.empty()) check.status = health_critical;
  if (!node_named(s.tables(), check.peer_name, check.node)) return fail("Missing node registration");
  service_record_ptr instance;
  if (!check.service_id.empty()) {
    instance = service_on(s.tables(), check.peer_name, check.node, check.service_id);
    if (!instance) return fail("Missing service registration");
    check.service_name = instance->service.name;
    check.service_tags = instance->service.tags;
  }
  check.create_index = existing ? existing->create_index : s.index;
  bool modified = !existing || !same_record(*existing, check);
  if (modified) touch_health(s, check);
  // A check that moves to another instance, or between an instance and its node, changes the health of both.
  if (existing && !equal_fold(existing->service_id, check.service_id)) touch_health(s, *existing);
  // Even without a change: a server that saw the check pass may have just created a session.
  if (check.status == health_critical && check.peer_name.empty())
    delete_sessions_of_check(s, check.node, check.check_id);
  if (!modified) return {};
  check.modify_index = s.index;
  s.tables().checks.put(s.writer(), std::make_shared<const health_check>(std::move(check)));
  return {};
}

void delete_check(step& s, std::string_view peer, std::string_view node_name, std::string_view id) {
  auto check = check_on(s.tables(), peer, node_name, id);
  if (!check) return;
  touch_health(s, *check);
  if (check->service_id.empty()) touch_services(s, peer);
  s.tables().checks.erase(s.writer(), *check);
  if (peer.empty()) delete_sessions_of_check(s, check->node, check->check_id);
}

void delete_service(step& s, std::string_view peer, std::string_view node_name, std::string_view id) {
  auto record = service_on(s.tables(), peer, node_name, id);
  if (!record) return;
  const auto& service = record->service;
  std::vector<health_check_ptr> checks;
  s.tables().checks.by<"instance">().for_each(
      tree_prefix({lower_case(peer), lower_case(node_name), lower_case(id)}), nullptr,
      [&](std::string_view, const health_check_ptr& c) { checks.push_back(c); });
  for (auto& c : checks) delete_check(s, peer, c->node, c->check_id);
  touch_checks(s, peer);
  s.tables().services.erase(s.writer(), *record);
  touch_nodes(s, peer);
  touch_node(s, peer, record->node);
  leave_names(s, service);
}

void delete_node(step& s, std::string_view peer_name, std::string_view node_name) {
  auto record = node_named(s.tables(), peer_name, node_name);
  if (!record) return;
  // Copies, because the arguments may be members of records that are deleted here.
  const std::string peer = record->peer_name, name = record->name;
  for (auto& r : services_on(s.tables(), peer, name)) delete_service(s, peer, name, r->service.id);
  std::vector<health_check_ptr> checks;
  s.tables().checks.for_each(tree_prefix({lower_case(peer), lower_case(name)}), nullptr,
                             [&](std::string_view, const health_check_ptr& c) { checks.push_back(c); });
  for (auto& c : checks) delete_check(s, peer, name, c->check_id);
  s.tables().nodes.erase(s.writer(), *record);
  drop_index(s.tables(), s.retired(), peer_index_key(peer, "node." + name));
  s.touch_peer(peer, "node_last_extinction");
  if (peer.empty()) {
    delete_coordinates_of_node(s, name);
    delete_sessions_of_node(s, name);
  }
}

} // namespace praetor::state
