#include "actors/access/write_permissions.hpp"

#include "protocol/mutation.hpp"
#include "storage/state/lookups.hpp"
#include "storage/state/queries_catalog.hpp"
#include "storage/state/queries_health.hpp"

namespace praetor {

namespace {

write_refusal unknown_target(std::string text) { return {error_code::not_found, std::move(text)}; }

write_refusal unknown_owner(const health_check& c) {
  return unknown_target("Unknown service ID '" + c.service_id + "' for check ID '" + c.check_id + "'");
}

/// The ServiceName of a check without ServiceID is only a label, which needs no permission on that service.
bool label_decides(const health_check& c) {
  return c.service_id.empty() && !c.service_name.empty() && mutated(mutation::check_label_trusted);
}

/// Authorizes writes to one peer's part of the state.
class judge {
public:
  judge(const acl::authorizer& who, const state::store& s, std::string_view peer) : who_(who), s_(s), peer_(peer) {}

  using verdict = std::optional<write_refusal>;

  /// Imported records belong to the peering.
  verdict peering() const {
    if (peer_.empty()) return {};
    return refused_unless(who_, {acl::resource::peering, acl::access::write, {}});
  }

  verdict node(const std::string& name) const {
    if (auto no = refused_node_write(who_, name)) return no;
    auto stored = state::find_node(s_, name, nullptr, peer_).value;
    if (stored && stored->name != name) return refused_node_write(who_, stored->name);
    return {};
  }

  /// @param id of the node; if another name has it, that node is renamed with all its services and checks
  verdict node(const std::string& name, const std::string& id) const {
    if (auto no = node(name)) return no;
    if (id.empty()) return {};
    auto renamed = state::node_with_id(s_.tables(), peer_, id);
    return renamed ? refused_node_write(who_, renamed->name) : verdict{};
  }

  verdict instance(const std::string& node, const std::string& id, const node_service& next) const {
    if (auto no = refused_service_write(who_, next)) return no;
    auto replaced = stored_service(node, id);
    return replaced ? refused_service_write(who_, replaced->name) : verdict{};
  }

  /// Permission on a stored check: its owner is the instance with its ServiceID, otherwise the node.
  verdict owner(const health_check& stored) const {
    if (label_decides(stored)) return refused_service_write(who_, stored.service_name);
    auto instance = stored.service_id.empty() ? nullptr : stored_service(stored.node, stored.service_id);
    return instance ? refused_service_write(who_, instance->name) : node(stored.node);
  }

  /// Permission on the owner of the check that already has this id, if there is one.
  verdict replaced_check(const std::string& node, const std::string& id) const {
    auto stored = stored_check(node, id);
    return stored ? owner(*stored) : verdict{};
  }

  node_service_ptr stored_service(const std::string& node, const std::string& id) const {
    return state::find_service(s_, node, id, nullptr, peer_).value;
  }
  health_check_ptr stored_check(const std::string& node, const std::string& id) const {
    return state::find_check(s_, node, id, nullptr, peer_).value;
  }

private:
  const acl::authorizer& who_;
  const state::store& s_;
  std::string peer_;
};

/// Fills in the id as the state does.
const std::string& id_of(const node_service& s) { return s.id.empty() ? s.name : s.id; }
const std::string& id_of(const health_check& c) { return c.check_id.empty() ? c.name : c.check_id; }

std::optional<write_refusal> refused_check(const judge& j, const acl::authorizer& who, const register_request& r,
                                           const health_check& c) {
  if (auto no = j.replaced_check(r.node, id_of(c))) return no;
  if (label_decides(c)) return refused_service_write(who, c.service_name);
  if (c.service_id.empty()) return j.node(r.node);
  // The instance of the same request is authorized separately.
  if (r.service && equal_fold(id_of(*r.service), c.service_id)) return {};
  auto instance = j.stored_service(r.node, c.service_id);
  if (!instance) return unknown_owner(c);
  return refused_service_write(who, instance->name);
}

bool removes(std::string_view verb) { return verb.starts_with("delete"); }

std::optional<write_refusal> refused_key(const acl::authorizer& who, const txn_kv_op& op) {
  using enum acl::access;
  acl::permission wanted{acl::resource::key, op.verb.starts_with("check-") ? read : write, op.entry.key};
  if (op.verb.starts_with("get")) return {};
  if (op.verb == "delete-tree" && who.allowed_prefix(wanted.what, wanted.how, wanted.name)) return {};
  if (op.verb == "delete-tree") return write_refusal{error_code::permission_denied, who.denial(wanted)};
  return refused_unless(who, wanted);
}

std::optional<write_refusal> refused_node(const acl::authorizer& who, const state::store& s, const txn_node_op& op) {
  if (op.verb == "get") return {};
  judge j(who, s, op.node.peer_name);
  if (auto no = j.peering()) return no;
  return removes(op.verb) ? j.node(op.node.name) : j.node(op.node.name, op.node.id);
}

std::optional<write_refusal> refused_service(const acl::authorizer& who, const state::store& s,
                                             const txn_service_op& op) {
  if (op.verb == "get") return {};
  judge j(who, s, op.service.peer_name);
  if (auto no = j.peering()) return no;
  if (!removes(op.verb)) return j.instance(op.node, op.service.id, op.service);
  auto stored = j.stored_service(op.node, op.service.id);
  // A name in the request must match as well, as clients expect.
  if (!stored || !op.service.name.empty())
    if (auto no = refused_service_write(who, op.service.name)) return no;
  return stored ? refused_service_write(who, stored->name) : std::nullopt;
}

/// Whether an operation of the transaction writes the check's instance, where its permission is checked.
bool comes_along(const std::vector<txn_op>& all, const health_check& c) {
  for (const auto& op : all)
    if (op.service && !removes(op.service->verb) && op.service->verb != "get" &&
        equal_fold(op.service->service.peer_name, c.peer_name) && equal_fold(op.service->node, c.node) &&
        equal_fold(op.service->service.id, c.service_id))
      return true;
  return false;
}

std::optional<write_refusal> refused_check(const acl::authorizer& who, const state::store& s, const txn_check_op& op,
                                           const std::vector<txn_op>& all) {
  if (op.verb == "get") return {};
  const auto& c = op.check;
  judge j(who, s, c.peer_name);
  if (auto no = j.peering()) return no;
  auto stored = j.stored_check(c.node, c.check_id);
  if (stored)
    if (auto no = j.owner(*stored)) return no;
  if (stored && removes(op.verb)) return {};
  if (c.service_id.empty() || j.stored_service(c.node, c.service_id)) return j.owner(c);
  if (comes_along(all, c)) return {};
  // The state rejects a check of an unknown instance; the label only selects the text of the denial.
  return c.service_name.empty() ? j.node(c.node) : refused_service_write(who, c.service_name);
}

} // namespace

std::optional<write_refusal> refused_unless(const acl::authorizer& who, const acl::permission& wanted) {
  if (who.allowed(wanted)) return {};
  return write_refusal{error_code::permission_denied, who.denial(wanted)};
}

std::optional<write_refusal> refused_node_write(const acl::authorizer& who, const std::string& node) {
  return refused_unless(who, {acl::resource::node, acl::access::write, node});
}

std::optional<write_refusal> refused_service_write(const acl::authorizer& who, const std::string& service) {
  return refused_unless(who, {acl::resource::service, acl::access::write, service});
}

std::optional<write_refusal> refused_service_write(const acl::authorizer& who, const node_service& s) {
  if (auto no = refused_service_write(who, s.name)) return no;
  if (s.kind != "connect-proxy" || mutated(mutation::proxy_destination_unchecked)) return {};
  return refused_service_write(who, s.proxy.destination_service_name);
}

std::optional<write_refusal> refused_write(const acl::authorizer& who, const state::store& s,
                                           const register_request& r) {
  judge j(who, s, r.peer_name);
  if (auto no = j.peering()) return no;
  // A service registration may repeat the node's stored record without node permission.
  if (state::changes_node(r, state::find_node(s, r.node, nullptr, r.peer_name).value))
    if (auto no = j.node(r.node, r.id)) return no;
  if (r.service)
    if (auto no = j.instance(r.node, id_of(*r.service), *r.service)) return no;
  if (r.check)
    if (auto no = refused_check(j, who, r, *r.check)) return no;
  for (const auto& check : r.checks)
    if (auto no = refused_check(j, who, r, *check)) return no;
  return {};
}

std::optional<write_refusal> refused_write(const acl::authorizer& who, const state::store& s,
                                           const deregister_request& r) {
  judge j(who, s, r.peer_name);
  if (auto no = j.peering()) return no;
  auto without_node = j.node(r.node);
  if (!without_node) return {};
  // In the order in which the state evaluates the members.
  if (!r.service_id.empty()) {
    auto stored = j.stored_service(r.node, r.service_id);
    if (!stored) return unknown_target("Unknown service ID '" + r.service_id + "'");
    return refused_service_write(who, stored->name);
  }
  if (!r.check_id.empty()) {
    auto stored = j.stored_check(r.node, r.check_id);
    if (!stored) return unknown_target("Unknown check ID '" + r.check_id + "'");
    return j.owner(*stored);
  }
  return without_node;
}

std::optional<write_refusal> refused_write(const acl::authorizer& who, const state::store& s, const txn_op& op,
                                           const std::vector<txn_op>& all) {
  if (op.kv) return refused_key(who, *op.kv);
  if (op.node) return refused_node(who, s, *op.node);
  if (op.service) return refused_service(who, s, *op.service);
  if (op.check) return refused_check(who, s, *op.check, all);
  if (!op.session) return {};
  // Only servers end sessions this way.
  auto ended = state::session_with_id(s.tables(), op.session->session.id);
  const auto& node = ended ? ended->node : op.session->session.node;
  return refused_unless(who, {acl::resource::session, acl::access::write, node});
}

std::optional<write_refusal> refused_write(const acl::authorizer& who, const state::store& s,
                                           const node_coordinate& c) {
  return judge(who, s, {}).node(c.node);
}

std::optional<write_refusal> refused_write(const acl::authorizer& who, const state::store& s, const session& made) {
  auto on = [&](const std::string& node) {
    return refused_unless(who, {acl::resource::session, acl::access::write, node});
  };
  if (auto no = on(made.node)) return no;
  auto stored = state::find_node(s, made.node, nullptr).value;
  return stored && stored->name != made.node ? on(stored->name) : std::nullopt;
}

} // namespace praetor
