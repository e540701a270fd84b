#include "storage/state/apply_steps.hpp"
#include "storage/state/index_table.hpp"

#include <algorithm>

namespace praetor::state {

namespace {

constexpr std::string_view roots_key = "connect-ca-roots", provider_key = "connect-ca-builtin",
                           serial_key = "connect-ca-builtin-serial";

/// @returns false if the roots have changed since `expected_index`
expected<bool> set_roots(step& s, const ca_request& request) {
  auto active = std::count_if(request.roots.begin(), request.roots.end(), [](auto& r) { return r->active; });
  if (active != 1) return fail("there must be exactly one active CA root");
  if (index_value(s.tables(), roots_key) != request.index) return false;
  radix_tree<ca_root_ptr> next;
  retired_parts unused;
  for (auto& given : request.roots) {
    if (given->id.empty()) return fail("Missing CA root ID");
    auto root = *given;
    auto existing = s.tables().ca_roots.find(root.id);
    root.create_index = existing ? (*existing)->create_index : s.index;
    root.modify_index = s.index;
    next.set(root.id, std::make_shared<const ca_root>(root), unused);
  }
  s.tables().ca_roots.erase_prefix({}, s.retired());
  next.for_each([&](std::string_view id, const ca_root_ptr& root) { s.tables().ca_roots.set(id, root, s.retired()); });
  s.touch(roots_key);
  return true;
}

std::shared_ptr<const ca_configuration> current_config(const tables& t) {
  auto found = t.ca_config.find({});
  return found ? *found : nullptr;
}

void set_config(step& s, ca_configuration config) {
  auto existing = current_config(s.tables());
  config.create_index = existing ? existing->create_index : s.index;
  if (existing && config.cluster_id.empty()) config.cluster_id = existing->cluster_id;
  config.modify_index = s.index;
  s.tables().ca_config.set({}, std::make_shared<const ca_configuration>(std::move(config)), s.retired());
}

expected<void> config_matches(const tables& t, const ca_configuration& config) {
  auto existing = current_config(t);
  if ((existing ? existing->modify_index : 0) != config.modify_index) return fail("ModifyIndex did not match existing");
  return {};
}

void set_provider_state(step& s, ca_provider_state state) {
  auto& states = s.tables().ca_provider_states;
  auto existing = states.find(state.id);
  state.create_index = existing ? (*existing)->create_index : s.index;
  state.modify_index = s.index;
  auto id = state.id;
  states.set(id, std::make_shared<const ca_provider_state>(std::move(state)), s.retired());
  s.touch(provider_key);
}

/// The serial number is kept in the index table; it starts from the provider's index.
std::uint64_t next_serial(step& s) {
  auto last = index_value(s.tables(), serial_key);
  if (last == 0) last = index_value(s.tables(), provider_key);
  s.tables().indexes.set(serial_key, last + 1, s.retired());
  return last + 1;
}

apply_result failed(const error& e) { return apply_result::failure(e.text); }

} // namespace

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
    if (s.tables().ca_provider_states.erase(request.provider_state->id, s.retired())) s.touch(provider_key);
    return apply_result::done(true);
  }
  if (op == "increment-provider-serial") {
    apply_result r;
    r.number = next_serial(s);
    return r;
  }
  return apply_result::failure("Invalid CA operation '" + op + "'");
}

} // namespace praetor::state
