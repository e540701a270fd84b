#pragma once

#include "storage/state/tables.hpp"

#include <sstream>
#include <string>

namespace praetor::state {

template <class Tree>
void list_keys(std::string& out, const char* name, const Tree& tree) {
  out += name;
  out += '\n';
  tree.for_each([&](std::string_view key, const auto&) {
    out += key;
    out += '\n';
  });
}

/// The keys of all trees: secondary indexes have to follow from the records.
inline std::string shape_of(const tables& t) {
  std::string out;
  list_keys(out, "nodes", t.nodes);
  list_keys(out, "nodes_by_id", t.nodes_by_id);
  list_keys(out, "services", t.services);
  list_keys(out, "services_by_name", t.services_by_name);
  list_keys(out, "services_connect", t.services_connect);
  list_keys(out, "services_by_kind", t.services_by_kind);
  list_keys(out, "kind_names", t.kind_names);
  list_keys(out, "checks", t.checks);
  list_keys(out, "checks_by_instance", t.checks_by_instance);
  list_keys(out, "checks_by_service", t.checks_by_service);
  list_keys(out, "checks_by_status", t.checks_by_status);
  list_keys(out, "kvs", t.kvs);
  list_keys(out, "keys_by_session", t.keys_by_session);
  list_keys(out, "tombstones", t.tombstones);
  list_keys(out, "sessions", t.sessions);
  list_keys(out, "sessions_by_node", t.sessions_by_node);
  list_keys(out, "sessions_by_check", t.sessions_by_check);
  list_keys(out, "lock_delays", t.lock_delays);
  list_keys(out, "lock_delays_by_end", t.lock_delays_by_end);
  list_keys(out, "tokens", t.acl.tokens);
  list_keys(out, "tokens_by_accessor", t.acl.tokens_by_accessor);
  list_keys(out, "tokens_by_policy", t.acl.tokens_by_policy);
  list_keys(out, "tokens_by_role", t.acl.tokens_by_role);
  list_keys(out, "tokens_by_service", t.acl.tokens_by_service);
  list_keys(out, "tokens_by_auth_method", t.acl.tokens_by_auth_method);
  list_keys(out, "tokens_by_expiry", t.acl.tokens_by_expiry);
  list_keys(out, "policies", t.acl.policies);
  list_keys(out, "policies_by_name", t.acl.policies_by_name);
  list_keys(out, "roles", t.acl.roles);
  list_keys(out, "roles_by_name", t.acl.roles_by_name);
  list_keys(out, "roles_by_policy", t.acl.roles_by_policy);
  list_keys(out, "coordinates", t.coordinates);
  list_keys(out, "ca_roots", t.ca_roots);
  list_keys(out, "ca_config", t.ca_config);
  list_keys(out, "ca_provider_states", t.ca_provider_states);
  list_keys(out, "system_metadata", t.system_metadata);
  list_keys(out, "autopilot", t.autopilot);
  list_keys(out, "indexes", t.indexes);
  return out;
}

/// The first line in which two texts differ, with the heading above it; empty if they are equal.
inline std::string difference(const std::string& a, const std::string& b) {
  std::istringstream left(a), right(b);
  std::string heading, x, y;
  for (;;) {
    bool more_left = static_cast<bool>(std::getline(left, x)), more_right = static_cast<bool>(std::getline(right, y));
    if (!more_left && !more_right) return {};
    if (!more_left || !more_right || x != y) return heading + ": " + x + " / " + y;
    if (x.find('\0') == std::string::npos) heading = x;
  }
}

} // namespace praetor::state
