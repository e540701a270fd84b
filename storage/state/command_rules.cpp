#include "storage/state/command_rules.hpp"

#include "protocol/acl/rules.hpp"
#include "storage/state/key_parts.hpp"
#include "storage/state/queries_kv.hpp"
#include "storage/state/value_limits.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace praetor::state {

void first_fault::add(std::string_view member, std::string_view what) {
  if (found()) return;
  text_ = member;
  if (!text_.empty()) text_ += ": ";
  text_ += what;
}

void first_fault::need(std::string_view member, std::string_view value) {
  if (value.empty()) add(member, "must not be empty");
}

void first_fault::check_name(std::string_view member, std::string_view value) {
  if (found()) return;
  if (value.size() > longest_name)
    return add(member, "longer than " + std::to_string(longest_name) + " bytes, which is the limit of names");
  auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(value.begin(), value.end(), control))
    add(member, "control characters are not allowed in " + praetor::quoted(value));
}

void first_fault::check_port(std::string_view member, std::int64_t value) {
  constexpr std::int64_t no_port = -1, largest_port = 65535; // clients may write -1, as agent configurations do
  if (value < no_port || value > largest_port)
    add(member, std::to_string(value) + " is no port, which is a number from 0 to 65535");
}

void first_fault::check_one_of(std::string_view member, std::string_view value,
                               std::initializer_list<std::string_view> known) {
  if (std::find(known.begin(), known.end(), value) != known.end()) return;
  std::string names;
  for (auto name : known) names += (names.empty() ? "" : ", ") + std::string(name);
  add(member, praetor::quoted(value.substr(0, longest_name)) + " is unknown; known are " + names);
}

namespace {

void check_any(const nlohmann::json& value, const place& at, first_fault& f, std::size_t depth) {
  if (f.found()) return;
  if (depth > deepest_free_form)
    return f.add(at.text(), "nested deeper than " + std::to_string(deepest_free_form) + " levels");
  if (value.is_object()) {
    for (auto i = value.begin(); i != value.end(); ++i) check_any(*i, at, f, depth + 1);
  } else if (value.is_array()) {
    for (const auto& element : value) check_any(element, at, f, depth + 1);
  } else if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    f.add(at.text(), "not a finite number");
  }
}

} // namespace

void check_free_form(const free_form& value, const place& at, first_fault& f) { check_any(value.json(), at, f, 0); }

namespace {

/// Whether an operation writes its record, instead of only reading or deleting it.
bool writes_record(std::string_view verb) { return verb == "set" || verb == "cas" || verb == "lock"; }

void written_keys(const kv_entry& e, std::string_view verb, key_visitor& visit) {
  if (!writes_record(verb)) return;
  key_parts(e, visit);
}

void check_ports(const node_service& s, first_fault& f) {
  f.check_port("Service.Port", s.port);
  for (const auto& [name, at] : s.tagged_addresses) f.check_port("Service.TaggedAddresses.Port", at.port);
  f.check_port("Service.Proxy.LocalServicePort", s.proxy.local_service_port);
  for (const auto& u : s.proxy.upstreams) f.check_port("Service.Proxy.Upstreams.LocalBindPort", u.local_bind_port);
  for (const auto& p : s.proxy.expose.paths) {
    f.check_port("Service.Proxy.Expose.Paths.ListenerPort", p.listener_port);
    f.check_port("Service.Proxy.Expose.Paths.LocalPathPort", p.local_path_port);
  }
  if (const auto& t = s.proxy.transparent_proxy)
    f.check_port("Service.Proxy.TransparentProxy.OutboundListenerPort", t->outbound_listener_port);
}

void check_key(const kv_entry& e, std::string_view verb, first_fault& f) {
  // An empty prefix means all keys, and reads of it find nothing.
  if (is_kv_write(verb) && verb != "delete-tree") f.need("Key", e.key);
}

void check_token(const acl_token_ptr& t, first_fault& f) {
  f.need("AccessorID", t->accessor_id);
  f.need("SecretID", t->secret_id);
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

void written_keys(const deregister_request&, key_visitor&) {}
void check_rules(const deregister_request& r, first_fault& f) { f.need("Node", r.node); }

void written_keys(const kv_request& r, key_visitor& visit) { written_keys(r.entry, r.op, visit); }
void check_rules(const kv_request& r, first_fault& f) {
  f.check_one_of("Op", r.op, {"set", "cas", "lock", "unlock", "delete", "delete-cas", "delete-tree"});
  check_key(r.entry, r.op, f);
}

void written_keys(const session_request& r, key_visitor& visit) {
  if (r.op == "create") key_parts(r.session, visit);
}
void check_rules(const session_request& r, first_fault& f) {
  f.check_one_of("Op", r.op, {"create", "destroy"});
  f.need("Session.ID", r.session.id);
  if (r.op != "create" || r.session.ttl.empty()) return;
  auto ttl = duration_from_text(r.session.ttl);
  if (!ttl.value) return f.add("Session.TTL", ttl.error);
  if (ttl.value->count() < 0 || *ttl.value > longest_session_ttl)
    f.add("Session.TTL",
          duration_to_text(*ttl.value) + " is not between 0s and " + duration_to_text(longest_session_ttl));
}

void written_keys(const tombstone_request&, key_visitor&) {}
void check_rules(const tombstone_request& r, first_fault& f) { f.check_one_of("Op", r.op, {"reap"}); }

void written_keys(const coordinate_batch& r, key_visitor& visit) {
  for (const auto& c : r)
    if (c) key_parts(*c, visit);
}
void check_rules(const coordinate_batch& r, first_fault& f) {
  for (const auto& c : r) {
    f.need("Node", c->node);
    if (c->coord.vec.size() != coordinate::dimensions)
      f.add("Coord.Vec", "not " + std::to_string(coordinate::dimensions) + " numbers");
  }
}

void written_keys(const txn_request& r, key_visitor& visit) {
  for (const auto& op : r.ops) {
    if (op.kv) written_keys(op.kv->entry, op.kv->verb, visit);
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
    if (op.kv) check_key(op.kv->entry, op.kv->verb, f);
    if (op.node) check_verb("Node.Verb", op.node->verb);
    if (op.service) check_verb("Service.Verb", op.service->verb);
    if (op.service) check_ports(op.service->service, f);
    if (op.check) check_verb("Check.Verb", op.check->verb);
    if (op.session) f.check_one_of("Session.Verb", op.session->verb, {"delete"});
  }
}

void written_keys(const ca_request& r, key_visitor& visit) {
  for (const auto& root : r.roots)
    if (root) key_parts(*root, visit);
  if (r.provider_state && r.op == "set-provider-state") key_parts(*r.provider_state, visit);
}
void check_rules(const ca_request& r, first_fault& f) {
  f.check_one_of("Op", r.op,
                 {"set-roots", "set-config", "set-roots-config", "set-provider-state", "delete-provider-state",
                  "increment-provider-serial"});
  bool config = r.op == "set-config" || r.op == "set-roots-config";
  bool provider = r.op == "set-provider-state" || r.op == "delete-provider-state";
  if (config && !r.config) f.add("Config", "must not be null for " + r.op);
  if (provider && !r.provider_state) f.add("ProviderState", "must not be null for " + r.op);
}

void written_keys(const system_metadata_request& r, key_visitor& visit) {
  if (r.op == "upsert") key_parts(r.entry, visit);
}
void check_rules(const system_metadata_request& r, first_fault& f) {
  f.check_one_of("Op", r.op, {"upsert", "delete"});
  f.need("Entry.Key", r.entry.key);
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

void written_keys(const restore_request&, key_visitor&) {}
void check_rules(const restore_request& r, first_fault& f) {
  f.need("ID", r.id);
  if (r.data.bytes.size() > largest_piece)
    f.add("Data", "a piece of " + std::to_string(r.data.bytes.size()) + " bytes is larger than " +
                      std::to_string(largest_piece));
}

void written_keys(const acl_bootstrap_request& r, key_visitor& visit) { key_parts(r.token, visit); }
void check_rules(const acl_bootstrap_request& r, first_fault& f) {
  f.need("Token.AccessorID", r.token.accessor_id);
  f.need("Token.SecretID", r.token.secret_id);
}

void written_keys(const acl_token_set_request& r, key_visitor& visit) {
  for (const auto& t : r.tokens)
    if (t) key_parts(*t, visit);
}
void check_rules(const acl_token_set_request& r, first_fault& f) {
  for (const auto& t : r.tokens) check_token(t, f);
}

void written_keys(const acl_token_delete_request&, key_visitor&) {}
void check_rules(const acl_token_delete_request&, first_fault&) {}

void written_keys(const acl_policy_set_request& r, key_visitor& visit) {
  for (const auto& p : r.policies)
    if (p) key_parts(*p, visit);
}
void check_rules(const acl_policy_set_request& r, first_fault& f) {
  for (const auto& p : r.policies) {
    f.need("ID", p->id);
    f.need("Name", p->name);
    if (auto read = acl::parse_rules(p->rules); !read) f.add("Rules", read.error().text);
  }
}

void written_keys(const acl_policy_delete_request&, key_visitor&) {}
void check_rules(const acl_policy_delete_request&, first_fault&) {}

void written_keys(const acl_role_set_request& r, key_visitor& visit) {
  for (const auto& role : r.roles)
    if (role) key_parts(*role, visit);
}
void check_rules(const acl_role_set_request& r, first_fault& f) {
  for (const auto& role : r.roles) {
    f.need("ID", role->id);
    f.need("Name", role->name);
  }
}

void written_keys(const acl_role_delete_request&, key_visitor&) {}
void check_rules(const acl_role_delete_request&, first_fault&) {}

} // namespace praetor::state
