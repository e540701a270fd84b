#include "protocol/types/same_record.hpp"
#include "storage/state/apply_steps.hpp"
#include "storage/state/index_table.hpp"
#include "storage/state/key_parts.hpp"
#include "storage/state/lookups.hpp"
#include "storage/state/queries_catalog.hpp"

namespace praetor::state {

void step::touch(std::string_view key) { writer().raise(key); }
void step::touch_peer(std::string_view peer, std::string_view rest) { touch(peer_index_key(peer, rest)); }

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

void written_keys(const system_metadata_request& r, key_visitor& visit) {
  if (r.op == "upsert") key_parts(r.entry, visit);
}
void check_rules(const system_metadata_request& r, first_fault& f) {
  f.check_one_of("Op", r.op, {"upsert", "delete"});
  f.need("Entry.Key", r.entry.key);
}

apply_result apply_system_metadata(step& s, system_metadata_request request) {
  auto& table = s.tables().system_metadata;
  auto& entry = request.entry;
  if (entry.key.empty()) return apply_result::failure("missing key on system metadata");
  if (request.op == "delete") {
    table.erase(s.writer(), entry.key);
    return {};
  }
  if (request.op != "upsert") return apply_result::failure("Invalid system metadata operation '" + request.op + "'");
  auto existing = table.at(entry.key);
  entry.create_index = existing ? existing->create_index : s.index;
  entry.modify_index = s.index;
  table.put(s.writer(), std::make_shared<const system_metadata_entry>(std::move(entry)));
  return {};
}

void written_keys(const autopilot_request&, key_visitor&) {}
void check_rules(const autopilot_request& r, first_fault& f) {
  auto check_wait = [&](std::string_view member, nanoseconds value) {
    if (value < nanoseconds::zero() || value > longest_autopilot_wait)
      f.add(member, duration_to_text(value) + " is not between 0s and " + duration_to_text(longest_autopilot_wait));
  };
  check_wait("Config.LastContactThreshold", r.config.last_contact_threshold);
  check_wait("Config.ServerStabilizationTime", r.config.server_stabilization_time);
  if (r.config.max_trailing_logs > largest_index)
    f.add("Config.MaxTrailingLogs", std::to_string(r.config.max_trailing_logs) + " is more than any log has");
}

apply_result apply_autopilot(step& s, autopilot_request request) {
  auto existing = s.tables().autopilot.at({});
  if (request.cas && (existing ? existing->modify_index : 0) != request.config.modify_index)
    return apply_result::done(false);
  request.config.create_index = existing ? existing->create_index : s.index;
  request.config.modify_index = s.index;
  s.tables().autopilot.put(s.writer(), std::make_shared<const autopilot_config>(std::move(request.config)));
  return apply_result::done(true);
}

void pass(transaction& t, std::uint64_t index) { t.tables().last_index = index + t.tables().index_offset; }

} // namespace praetor::state
