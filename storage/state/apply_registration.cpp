#include "protocol/types/same_record.hpp"
#include "storage/state/apply_steps.hpp"
#include "storage/state/archive_forms.hpp"
#include "storage/state/command_forms.hpp"
#include "storage/state/index_table.hpp"
#include "storage/state/key_parts.hpp"
#include "storage/state/lookups.hpp"
#include "storage/state/queries_catalog.hpp"

namespace praetor::state {

/// Skipping a no-op write keeps indexes and watchers unchanged.
bool changes_node(const register_request& r, const node_ptr& existing) {
  if (!existing) return true;
  if (r.skip_node_update) return false;
  auto wanted = node_of(r);
  if (equal_fold(wanted.name, existing->name)) wanted.name = existing->name;
  wanted.peer_name = existing->peer_name; // both were looked up case-insensitively
  return !same_record(wanted, *existing);
}

namespace {

/// The only failures after a first write: a check of an unknown service, and any failure after a rename has deleted the
/// old node.
bool may_fail_late(step& s, const register_request& r) {
  auto foreign = [&](const health_check_ptr& c) {
    return !c->service_id.empty() && !(r.service && equal_fold(c->service_id, r.service->id));
  };
  if (r.check && foreign(r.check)) return true;
  for (auto& c : r.checks)
    if (foreign(c)) return true;
  if (r.service && !r.service->meta.empty()) return true;
  if (r.id.empty()) return false;
  auto known = node_with_id(s.tables(), r.peer_name, r.id);
  return known && !equal_fold(known->name, r.node);
}

expected<void> register_all(step& s, register_request& r) {
  if (changes_node(r, node_named(s.tables(), r.peer_name, r.node)))
    if (auto done = ensure_node(s, node_of(r)); !done) return fail("failed inserting node: " + done.error().text);
  if (r.service) {
    auto service = *r.service;
    service.peer_name = r.peer_name;
    if (service.id.empty()) service.id = service.name;
    if (auto done = ensure_service(s, r.node, std::move(service)); !done)
      return fail("failed inserting service: " + done.error().text);
  }
  auto all = std::move(r.checks);
  if (r.check) all.insert(all.begin(), r.check);
  for (auto& given : all) {
    auto check = *given;
    check.peer_name = r.peer_name;
    if (check.node.empty()) check.node = r.node;
    if (check.check_id.empty()) check.check_id = check.name;
    if (auto done = ensure_check(s, std::move(check)); !done)
      return fail("failed inserting check: " + done.error().text + " on node " + praetor::quoted(given->node));
  }
  return {};
}

/// Validates before anything is written.
expected<void> check_nodes_match(const register_request& r) {
  auto matches = [&](const health_check& c) -> expected<void> {
    if (c.node.empty() || equal_fold(c.node, r.node)) return {};
    return fail("check node " + praetor::quoted(c.node) + " does not match node " + praetor::quoted(r.node));
  };
  if (r.check)
    if (auto ok = matches(*r.check); !ok) return ok;
  for (auto& c : r.checks)
    if (auto ok = matches(*c); !ok) return ok;
  return {};
}

} // namespace

/// The keys of the records that it writes or, in an archive, has.
void key_parts(const register_request& r, key_visitor& visit) {
  visit.part("ID", r.id);
  visit.part("Node", r.node);
  visit.part("PeerName", r.peer_name);
  if (r.service) key_parts(*r.service, visit);
  if (r.check) key_parts(*r.check, visit);
  for (const auto& check : r.checks)
    if (check) key_parts(*check, visit);
}
void written_keys(const register_request& r, key_visitor& visit) { key_parts(r, visit); }
void check_rules(const register_request& r, first_fault& f) {
  f.need("Node", r.node);
  if (r.service) check_ports(*r.service, f);
  auto check_exposed = [&](const health_check& c) { f.check_port("Check.ExposedPort", c.exposed_port); };
  if (r.check) check_exposed(*r.check);
  for (const auto& c : r.checks) check_exposed(*c);
}

apply_result apply_register(step& s, register_request r) {
  if (auto ok = check_nodes_match(r); !ok) return apply_result::failure(ok.error().text);
  std::optional<transaction::savepoint> before;
  if (may_fail_late(s, r)) before = s.txn.save();
  auto done = register_all(s, r);
  if (done) return {};
  if (before) s.txn.roll_back(std::move(*before));
  return apply_result::failure(done.error().text);
}

namespace {

bool write_node(record_writer& out, command_type type, const node& n) {
  auto r = registration_of(n);
  if (!out.put(type, r)) return false;
  auto prefix = tree_prefix({lower_case(n.peer_name), lower_case(n.name)});
  const auto& t = out.tables();
  if (!out.each(t.services, prefix, [&](std::string_view, const service_record_ptr& s) {
        r.service = service_of(s);
        return out.put(type, r);
      }))
    return false;
  r.service = nullptr;
  return out.each(t.checks, prefix, [&](std::string_view, const health_check_ptr& c) {
    r.check = c;
    return out.put(type, r);
  });
}

/// Whether the node of a service or check exists: without it, the record would be missing in the next snapshot.
bool has_node(const tables& t, const register_request& r) {
  bool brings_it = !r.service && !r.check;
  if (!brings_it && !node_named(t, r.peer_name, r.node)) return false;
  auto matches = [&](const health_check& c) { return equal_fold(c.node, r.node); };
  return (!r.check || matches(*r.check)) &&
         std::all_of(r.checks.begin(), r.checks.end(), [&](auto& c) { return matches(*c); });
}

void restore_node(restoring& in, const register_request& r) {
  in.t.nodes.put(in.writer(r.modify_index), std::make_shared<const node>(node_of(r)));
}

void restore_service(restoring& in, const register_request& r) {
  auto record = std::make_shared<service_record>(service_record{r.node, *r.service});
  auto& s = record->service;
  s.peer_name = r.peer_name;
  if (s.peer_name.empty()) {
    in.t.kind_names.set(tree_key({kind_index_name(s.kind), lower_case(s.name)}), {}, in.retired);
    if (auto name = connect_destination(s); !name.empty())
      in.t.kind_names.set(tree_key({"connect-enabled", lower_case(name)}), {}, in.retired);
  }
  in.t.services.put(in.writer(s.modify_index), std::move(record));
}

void restore_check(restoring& in, const health_check& c, const std::string& peer) {
  auto record = std::make_shared<health_check>(c);
  record->peer_name = peer;
  in.t.checks.put(in.writer(c.modify_index), std::move(record));
}

/// Each node, followed by its services and its checks.
bool write_catalog(record_writer& out, command_type type) {
  return out.each(out.tables().nodes, {},
                  [&](std::string_view, const node_ptr& n) { return write_node(out, type, *n); });
}

/// Error: no earlier record has its node.
expected<void> restore_registration(restoring& in, std::shared_ptr<register_request> r) {
  if (!has_node(in.t, *r))
    return fail("it belongs to a node that no record before it has: " + praetor::quoted(r->node));
  if (!r->service && !r->check) restore_node(in, *r);
  if (r->service) restore_service(in, *r);
  if (r->check) restore_check(in, *r->check, r->peer_name);
  for (auto& c : r->checks)
    if (c) restore_check(in, *c, r->peer_name);
  return {};
}

} // namespace

template <>
record_kind row<command_type::register_node>() {
  return {.name = "Register",
          .command = command<apply_register>("registration", proposer::agent),
          .archive = archived<register_request, write_catalog, restore_registration>(3),
          .metric = {"catalog.register", "Milliseconds until a catalog registration was applied."}};
}

void written_keys(const deregister_request&, key_visitor&) {}
void check_rules(const deregister_request& r, first_fault& f) { f.need("Node", r.node); }

apply_result apply_deregister(step& s, const deregister_request& r) {
  if (!r.service_id.empty())
    delete_service(s, r.peer_name, r.node, r.service_id);
  else if (!r.check_id.empty())
    delete_check(s, r.peer_name, r.node, r.check_id);
  else
    delete_node(s, r.peer_name, r.node);
  return {};
}

template <>
record_kind row<command_type::deregister>() {
  return {.name = "Deregister",
          .command = command<apply_deregister>("deregistration", proposer::agent),
          .metric = {"catalog.deregister", "Milliseconds until a catalog deregistration was applied."}};
}

} // namespace praetor::state
