#include "storage/state/apply_steps.hpp"
#include "storage/state/archive_forms.hpp"
#include "storage/state/command_forms.hpp"
#include "storage/state/index_table.hpp"
#include "storage/state/key_parts.hpp"

#include <algorithm>

namespace praetor::state {

namespace {

constexpr std::string_view serial_key = "connect-ca-builtin-serial";

/// The ids of stored roots that `next` lacks.
string_list ids_without(const table<ca_root_schema>& stored, const std::vector<ca_root_ptr>& next) {
  string_list out;
  stored.for_each([&](std::string_view id, const ca_root_ptr&) {
    if (std::none_of(next.begin(), next.end(), [&](auto& root) { return root->id == id; })) out.emplace_back(id);
  });
  return out;
}

/// @returns false if the roots have changed since `expected_index`
expected<bool> set_roots(step& s, const ca_request& request) {
  auto active = std::count_if(request.roots.begin(), request.roots.end(), [](auto& r) { return r->active; });
  if (active != 1) return fail("there must be exactly one active CA root");
  if (index_value(s.tables(), ca_root_schema::index_row) != request.index) return false;
  auto& table = s.tables().ca_roots;
  std::vector<ca_root_ptr> next;
  for (auto& given : request.roots) {
    if (given->id.empty()) return fail("Missing CA root ID");
    auto root = *given;
    auto existing = table.at(root.id);
    root.create_index = existing ? existing->create_index : s.index;
    root.modify_index = s.index;
    next.push_back(std::make_shared<const ca_root>(std::move(root)));
  }
  for (auto& id : ids_without(table, next)) table.erase(s.writer(), id);
  for (auto& root : next) table.put(s.writer(), std::move(root));
  return true;
}

void set_config(step& s, ca_configuration config) {
  auto existing = s.tables().ca_config.at({});
  config.create_index = existing ? existing->create_index : s.index;
  if (existing && config.cluster_id.empty()) config.cluster_id = existing->cluster_id;
  config.modify_index = s.index;
  s.tables().ca_config.put(s.writer(), std::make_shared<const ca_configuration>(std::move(config)));
}

expected<void> config_matches(const tables& t, const ca_configuration& config) {
  auto existing = t.ca_config.at({});
  if ((existing ? existing->modify_index : 0) != config.modify_index) return fail("ModifyIndex did not match existing");
  return {};
}

void set_provider_state(step& s, ca_provider_state state) {
  auto& states = s.tables().ca_provider_states;
  auto existing = states.at(state.id);
  state.create_index = existing ? existing->create_index : s.index;
  state.modify_index = s.index;
  states.put(s.writer(), std::make_shared<const ca_provider_state>(std::move(state)));
}

/// The index table holds the serial number; it starts from the provider's index.
std::uint64_t next_serial(step& s) {
  auto last = index_value(s.tables(), serial_key);
  if (last == 0) last = index_value(s.tables(), ca_provider_schema::index_row);
  s.tables().indexes.set(serial_key, last + 1, s.retired());
  return last + 1;
}

apply_result failed(const error& e) { return apply_result::failure(e.text); }

} // namespace

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

apply_result apply_connect(step& s, ca_request request) {
  const auto& op = request.op;
  if (op == "set-roots") {
    auto done = set_roots(s, request);
    return done ? apply_result::done(*done) : failed(done.error());
  }
  if (op == "set-config" && request.config) {
    if (request.config->modify_index != 0)
      if (auto matches = config_matches(s.tables(), *request.config); !matches) return failed(matches.error());
    set_config(s, *request.config);
    return apply_result::done(true);
  }
  if (op == "set-roots-config" && request.config) {
    if (auto matches = config_matches(s.tables(), *request.config); !matches) return failed(matches.error());
    auto done = set_roots(s, request);
    if (!done) return failed(done.error());
    if (*done) set_config(s, *request.config);
    return apply_result::done(*done);
  }
  if (op == "set-provider-state" && request.provider_state) {
    set_provider_state(s, *request.provider_state);
    return apply_result::done(true);
  }
  if (op == "delete-provider-state" && request.provider_state) {
    s.tables().ca_provider_states.erase(s.writer(), request.provider_state->id);
    return apply_result::done(true);
  }
  if (op == "increment-provider-serial") {
    apply_result r;
    r.number = next_serial(s);
    return r;
  }
  return apply_result::failure("Invalid CA operation '" + op + "'");
}

template <>
record_kind row<command_type::connect_ca>() {
  return {.name = "ConnectCA",
          .command = command<apply_connect>("certificate authority command", proposer::leader),
          .archive = archived_table<&tables::ca_roots>(16)};
}

template <>
record_kind row<command_type::ca_provider_state>() {
  return {.name = "ConnectCAProviderState", .archive = archived_table<&tables::ca_provider_states>(17)};
}

template <>
record_kind row<command_type::ca_config>() {
  return {.name = "ConnectCAConfig", .archive = archived_table<&tables::ca_config>(18)};
}

} // namespace praetor::state
