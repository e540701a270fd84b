#include "storage/state/txn_reads.hpp"

#include "protocol/types/uuid_faults.hpp"
#include "storage/state/lookups.hpp"
#include "storage/state/tree_key.hpp"

#include <algorithm>
#include <array>

namespace praetor::state {

namespace {

constexpr std::array<std::string_view, 6> kv_reads{"get",           "get-or-empty", "get-tree",
                                                   "check-session", "check-index",  "check-not-exists"};

void read_key(const tables& t, const txn_kv_op& op, std::size_t at, txn_response& out) {
  const auto& wanted = op.entry;
  if (op.verb == "get-tree") {
    t.kvs.for_each(wanted.key, nullptr,
                   [&](std::string_view, const kv_entry_ptr& e) { out.results.emplace_back().kv = e; });
    return;
  }
  auto found = t.kvs.find(wanted.key);
  auto entry = found ? *found : nullptr;
  auto key = praetor::quoted(wanted.key);
  if (op.verb == "get") {
    if (!entry) return add_error(at, "key " + key + " doesn't exist", out);
    out.results.emplace_back().kv = entry;
  } else if (op.verb == "get-or-empty") {
    if (!entry) {
      kv_entry empty;
      empty.key = wanted.key;
      entry = std::make_shared<const kv_entry>(std::move(empty));
    }
    out.results.emplace_back().kv = entry;
  } else if (op.verb == "check-not-exists") {
    if (entry) add_error(at, "key " + key + " exists", out);
  } else if (op.verb == "check-session") {
    if (!entry) return add_error(at, "failed to check session, key " + key + " doesn't exist", out);
    if (entry->session != wanted.session)
      return add_error(at,
                       "failed session check for key " + key + ", current session " + praetor::quoted(entry->session) +
                           " != " + praetor::quoted(wanted.session),
                       out);
    add_without_value(*entry, out);
  } else {
    if (!entry) return add_error(at, "failed to check index, key " + key + " doesn't exist", out);
    if (entry->modify_index != wanted.modify_index)
      return add_error(at,
                       "failed index check for key " + key + ", current modify index " +
                           std::to_string(entry->modify_index) + " != " + std::to_string(wanted.modify_index),
                       out);
    add_without_value(*entry, out);
  }
}

} // namespace

void add_without_value(const kv_entry& entry, txn_response& out) {
  auto copy = std::make_shared<kv_entry>();
  copy->lock_index = entry.lock_index;
  copy->key = entry.key;
  copy->flags = entry.flags;
  copy->session = entry.session;
  copy->create_index = entry.create_index;
  copy->modify_index = entry.modify_index;
  out.results.emplace_back().kv = std::move(copy);
}

void add_error(std::size_t op_index, std::string what, txn_response& out) {
  out.errors.push_back({static_cast<std::int64_t>(op_index), std::move(what)});
}

bool is_kv_read(std::string_view verb) { return std::find(kv_reads.begin(), kv_reads.end(), verb) != kv_reads.end(); }

bool is_read(const txn_op& op) {
  if (op.kv) return is_kv_read(op.kv->verb);
  if (op.node) return op.node->verb == "get";
  if (op.service) return op.service->verb == "get";
  if (op.check) return op.check->verb == "get";
  return !op.session;
}

/// Finds a node by the beginning of its id, or else by its name. Consul: agent/consul/state/catalog.go
void read_node(const tables& t, const node& wanted, std::size_t at, txn_response& out) {
  if (auto fault = fault_in_uuid_prefix(wanted.id))
    return add_error(at, "node lookup by ID failed: index error: " + *fault, out);
  node_ptr found;
  if (wanted.id.empty())
    found = node_named(t, wanted.peer_name, wanted.name);
  else
    t.nodes.by<"id">().for_each(tree_key({lower_case(wanted.peer_name), uuid_prefix(wanted.id)}), nullptr,
                                [&](std::string_view, const node_ptr& n) {
                                  found = n;
                                  return false;
                                });
  if (found)
    out.results.emplace_back().node = found;
  else
    add_error(at, "node " + praetor::quoted(wanted.name) + " doesn't exist", out);
}

bool carry_out_read(const tables& t, const txn_op& op, std::size_t at, txn_response& out) {
  if (!is_read(op)) return false;
  if (op.kv) {
    read_key(t, *op.kv, at, out);
  } else if (op.node) {
    read_node(t, op.node->node, at, out);
  } else if (op.service) {
    const auto& wanted = op.service->service;
    if (auto found = service_on(t, wanted.peer_name, op.service->node, wanted.id))
      out.results.emplace_back().service = service_of(found);
    else
      add_error(at,
                "service " + praetor::quoted(wanted.id) + " on node " + praetor::quoted(op.service->node) +
                    " doesn't exist",
                out);
  } else if (op.check) {
    const auto& wanted = op.check->check;
    if (wanted.node.empty() || wanted.check_id.empty())
      add_error(at, "failed check lookup: " + std::string(check_unnamed), out);
    else if (auto found = check_on(t, wanted.peer_name, wanted.node, wanted.check_id))
      out.results.emplace_back().check = found;
    else
      add_error(at,
                "check " + praetor::quoted(wanted.check_id) + " on node " + praetor::quoted(wanted.node) +
                    " doesn't exist",
                out);
  }
  return true;
}

} // namespace praetor::state
