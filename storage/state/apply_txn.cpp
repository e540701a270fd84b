#include "storage/state/apply_steps.hpp"
#include "storage/state/command_forms.hpp"
#include "storage/state/key_parts.hpp"
#include "storage/state/lookups.hpp"
#include "storage/state/queries_kv.hpp"
#include "storage/state/txn_reads.hpp"

namespace praetor::state {

namespace {

/// Whether the compare-and-set condition holds for a record: index 0 requires that it does not exist.
template <class Record>
bool cas_matches(const Record* existing, std::uint64_t index) {
  return index == (existing ? existing->modify_index : 0);
}

void write_key(step& s, txn_kv_op& op, std::size_t at, txn_response& out) {
  auto& entry = op.entry;
  auto key = praetor::quoted(entry.key);
  auto result = [&](const expected<kv_entry_ptr>& outcome, const std::string& refused) {
    if (!outcome)
      add_error(at, outcome.error().text, out);
    else if (!*outcome)
      add_error(at, refused, out);
    else
      add_without_value(**outcome, out);
  };
  if (op.verb == "set") {
    add_without_value(*kv_set(s, std::move(entry), true), out);
  } else if (op.verb == "delete") {
    kv_delete(s, entry.key);
  } else if (op.verb == "delete-cas") {
    if (!kv_delete_cas(s, entry.key, entry.modify_index))
      add_error(at, "failed to delete key " + key + ", index is stale", out);
  } else if (op.verb == "delete-tree") {
    kv_delete_tree(s, entry.key);
  } else if (op.verb == "cas") {
    result(kv_set_cas(s, std::move(entry)), "failed to set key " + key + ", index is stale");
  } else if (op.verb == "lock") {
    result(kv_lock(s, std::move(entry)), "failed to lock key " + key + ", lock is already held");
  } else if (op.verb == "unlock") {
    result(kv_unlock(s, std::move(entry)),
           "failed to unlock key " + key + ", lock isn't held, or is held by another session");
  } else {
    add_error(at, "unknown KV operation: " + op.verb, out);
  }
}

void write_node(step& s, txn_node_op& op, std::size_t at, txn_response& out) {
  auto peer = op.node.peer_name, name = op.node.name, id = op.node.id;
  auto named = node_named(s.tables(), peer, name);
  auto stale = [&](std::string_view verb) {
    add_error(at, "failed to " + std::string(verb) + " node " + praetor::quoted(name) + ", index is stale", out);
  };
  if (op.verb == "set" || op.verb == "cas") {
    if (op.verb == "cas" && !cas_matches(named.get(), op.node.modify_index)) return stale("set");
    if (auto done = ensure_node(s, std::move(op.node)); !done) return add_error(at, done.error().text, out);
    out.results.emplace_back().node =
        id.empty() ? node_named(s.tables(), peer, name) : node_with_id(s.tables(), peer, id);
  } else if (op.verb == "delete") {
    delete_node(s, peer, name);
  } else if (op.verb == "delete-cas") {
    if (!named || named->modify_index != op.node.modify_index) return stale("delete");
    delete_node(s, peer, name);
  } else {
    add_error(at, "unknown node operation: " + op.verb, out);
  }
}

void write_service(step& s, txn_service_op& op, std::size_t at, txn_response& out) {
  auto peer = op.service.peer_name, id = op.service.id;
  auto existing = service_on(s.tables(), peer, op.node, id);
  auto found = existing ? &existing->service : nullptr;
  auto stale = [&](std::string_view verb) {
    add_error(at,
              "failed to " + std::string(verb) + " service " + praetor::quoted(id) + " on node " +
                  praetor::quoted(op.node) + ", index is stale",
              out);
  };
  if (op.verb == "set" || op.verb == "cas") {
    if (op.verb == "cas" && !cas_matches(found, op.service.modify_index)) return stale("set");
    if (auto done = ensure_service(s, op.node, std::move(op.service)); !done)
      return add_error(at, done.error().text, out);
    out.results.emplace_back().service = service_of(service_on(s.tables(), peer, op.node, id));
  } else if (op.verb == "delete") {
    delete_service(s, peer, op.node, id);
  } else if (op.verb == "delete-cas") {
    if (!found || found->modify_index != op.service.modify_index) return stale("delete");
    delete_service(s, peer, op.node, id);
  } else {
    add_error(at, "unknown service operation: " + op.verb, out);
  }
}

void write_check(step& s, txn_check_op& op, std::size_t at, txn_response& out) {
  auto peer = op.check.peer_name, node_name = op.check.node, id = op.check.check_id;
  auto existing = check_on(s.tables(), peer, node_name, id);
  auto stale = [&](std::string_view verb) {
    add_error(at,
              "failed to " + std::string(verb) + " check " + praetor::quoted(id) + " on node " +
                  praetor::quoted(node_name) + ", index is stale",
              out);
  };
  if (is_record_write(op.verb) && (node_name.empty() || id.empty())) {
    std::string_view where = op.verb == "set"      ? "failed health check lookup: "
                             : op.verb == "cas"    ? "failed check lookup: "
                             : op.verb == "delete" ? "check lookup failed: "
                                                   : "check lookup failed: failed check lookup: ";
    return add_error(at, std::string(where) + std::string(check_unnamed), out);
  }
  if (op.verb == "set" || op.verb == "cas") {
    if (op.verb == "cas" && !cas_matches(existing.get(), op.check.modify_index)) return stale("set");
    if (auto done = ensure_check(s, std::move(op.check)); !done) return add_error(at, done.error().text, out);
    out.results.emplace_back().check = check_on(s.tables(), peer, node_name, id);
  } else if (op.verb == "delete") {
    delete_check(s, peer, node_name, id);
  } else if (op.verb == "delete-cas") {
    if (!existing || existing->modify_index != op.check.modify_index) return stale("delete");
    delete_check(s, peer, node_name, id);
  } else {
    add_error(at, "unknown check operation: " + op.verb, out);
  }
}

void write_session(step& s, const txn_session_op& op, std::size_t at, txn_response& out) {
  if (op.verb == "delete")
    delete_session(s, op.session.id);
  else
    add_error(at, "unknown session operation: " + op.verb, out);
}

} // namespace

void written_keys(const txn_request& r, key_visitor& visit) {
  for (const auto& op : r.ops) {
    if (op.kv && writes_record(op.kv->verb)) key_parts(op.kv->entry, visit);
    if (op.node && writes_record(op.node->verb)) key_parts(op.node->node, visit);
    if (op.service && writes_record(op.service->verb)) {
      visit.part("Service.Node", op.service->node);
      key_parts(op.service->service, visit);
    }
    if (op.check && writes_record(op.check->verb)) key_parts(op.check->check, visit);
  }
}
void check_rules(const txn_request& r, first_fault& f) {
  if (r.ops.size() > most_operations)
    f.add("Ops", std::to_string(r.ops.size()) + " operations are more than " + std::to_string(most_operations));
  auto check_verb = [&](std::string_view member, const std::string& verb) {
    f.check_one_of(member, verb, {"get", "set", "cas", "delete", "delete-cas"});
  };
  for (const auto& op : r.ops) {
    auto members = int{op.kv.has_value()} + int{op.node.has_value()} + int{op.service.has_value()} +
                   int{op.check.has_value()} + int{op.session.has_value()};
    if (members != 1) f.add("Ops", "each operation is of exactly one kind");
    if (op.kv && !is_kv_verb(op.kv->verb))
      f.add("KV.Verb", praetor::quoted(op.kv->verb.substr(0, longest_name)) + " is unknown");
    if (op.kv) check_kv_key(op.kv->entry, op.kv->verb, f);
    if (op.node) check_verb("Node.Verb", op.node->verb);
    if (op.service) check_verb("Service.Verb", op.service->verb);
    if (op.service) check_ports(op.service->service, f);
    if (op.check) check_verb("Check.Verb", op.check->verb);
    if (op.session) f.check_one_of("Session.Verb", op.session->verb, {"delete"});
  }
}

apply_result apply_txn(step& s, txn_request request) {
  apply_result result;
  auto& out = result.txn.emplace();
  // Lock delays are checked before any operation, and reported alone.
  for (std::size_t i = 0; i < request.ops.size(); ++i) {
    auto& kv = request.ops[i].kv;
    if (kv && kv->verb == "lock" && lock_delayed(s, kv->entry.key))
      add_error(i, "failed to lock key " + praetor::quoted(kv->entry.key) + " due to lock delay", out);
  }
  if (!out.errors.empty()) return result;
  auto before = s.txn.save();
  for (std::size_t i = 0; i < request.ops.size(); ++i) {
    auto& op = request.ops[i];
    if (carry_out_read(s.tables(), op, i, out)) continue;
    if (op.kv)
      write_key(s, *op.kv, i, out);
    else if (op.node)
      write_node(s, *op.node, i, out);
    else if (op.service)
      write_service(s, *op.service, i, out);
    else if (op.check)
      write_check(s, *op.check, i, out);
    else if (op.session)
      write_session(s, *op.session, i, out);
  }
  if (!out.errors.empty()) {
    out.results.clear();
    s.txn.roll_back(std::move(before));
  }
  return result;
}

template <>
record_kind row<command_type::txn>() {
  return {.name = "Txn",
          .command = command<apply_txn>("transaction", proposer::server),
          .metric = {"txn.apply", "Milliseconds until a transaction was applied."}};
}

} // namespace praetor::state
