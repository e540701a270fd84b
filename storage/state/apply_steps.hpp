#pragma once

#include "protocol/types/acl.hpp"
#include "protocol/types/error.hpp"
#include "storage/state/apply_result.hpp"
#include "storage/state/command_rules.hpp"
#include "storage/state/transaction.hpp"

namespace praetor::state {

class key_visitor;

/// One entry of the log being applied.
struct step {
  transaction& txn;
  std::uint64_t index;
  nanoseconds time;

  struct tables& tables() {
    return txn.tables();
  }
  retired_parts& retired() { return txn.retired(); }
  table_writer writer() { return {tables().indexes, retired(), index, txn.changes()}; }
  /// Raises a key of the index table to this entry's index. Tables raise their own keys.
  void touch(std::string_view key);
  void touch_peer(std::string_view peer, std::string_view rest);
};

// Catalog. A failed operation changes nothing.

/// Inserts or updates a node; a known id with another name renames it. Ignores the indexes in `n`.
expected<void> ensure_node(step& s, node n);
/// Inserts or updates an instance on an existing node.
expected<void> ensure_service(step& s, const std::string& node_name, node_service service);
/// Inserts or updates a check; a critical one invalidates the sessions that depend on it.
expected<void> ensure_check(step& s, health_check check);
// Deleting a missing record is not an error.
void delete_node(step& s, std::string_view peer, std::string_view name);
void delete_service(step& s, std::string_view peer, std::string_view node_name, std::string_view id);
void delete_check(step& s, std::string_view peer, std::string_view node_name, std::string_view id);

// Keys and values.

/// @param keep_session keep the session that holds the key; otherwise store the session in `entry`
/// @returns the stored entry
kv_entry_ptr kv_set(step& s, kv_entry entry, bool keep_session);
void kv_delete(step& s, std::string_view key);
void kv_delete_tree(step& s, std::string_view prefix);
/// @returns true if the key had that index and was deleted, or did not exist
bool kv_delete_cas(step& s, std::string_view key, std::uint64_t index);
/// @returns the stored entry, or null if the index did not match
kv_entry_ptr kv_set_cas(step& s, kv_entry entry);
/// @returns null if another session holds the key. Errors: no session, or an unknown one.
expected<kv_entry_ptr> kv_lock(step& s, kv_entry entry);
/// @returns null if the session does not hold the key
expected<kv_entry_ptr> kv_unlock(step& s, kv_entry entry);
bool lock_delayed(step& s, std::string_view key);
/// Deletes expired lock delays.
void drop_lock_delays(step& s);

// Sessions.

/// @returns the new session's id
expected<std::string> create_session(step& s, session new_session);
/// Releases or deletes its keys and starts their lock delays. An unknown id is not an error.
void delete_session(step& s, std::string_view id);
void delete_sessions_of_check(step& s, std::string_view node_name, std::string_view check_id);
void delete_sessions_of_node(step& s, std::string_view node_name);

// Coordinates.

void delete_coordinates_of_node(step& s, std::string_view node_name);

// Whole commands. Each kind (record_kinds.cpp) has three functions:
//
// apply_<kind> carries it out.
//
// written_keys visits the texts that would become keys of tables (key_parts.hpp). What only looks up or
// removes is left out: such a text finds nothing.
//
// check_rules: the rules that the leader checks before it appends a command, beside those that hold for all values
// (value_limits.hpp). They may change from release to release; applying never asks them.

apply_result apply_register(step& s, register_request request);
void written_keys(const register_request& r, key_visitor& visit);
void check_rules(const register_request& r, first_fault& f);

apply_result apply_deregister(step& s, const deregister_request& request);
void written_keys(const deregister_request& r, key_visitor& visit);
void check_rules(const deregister_request& r, first_fault& f);

apply_result apply_kv(step& s, kv_request request);
void written_keys(const kv_request& r, key_visitor& visit);
void check_rules(const kv_request& r, first_fault& f);

apply_result apply_session(step& s, session_request request);
void written_keys(const session_request& r, key_visitor& visit);
void check_rules(const session_request& r, first_fault& f);

apply_result apply_tombstone(step& s, const tombstone_request& request);
void written_keys(const tombstone_request& r, key_visitor& visit);
void check_rules(const tombstone_request& r, first_fault& f);

apply_result apply_coordinates(step& s, coordinate_batch batch);
void written_keys(const coordinate_batch& r, key_visitor& visit);
void check_rules(const coordinate_batch& r, first_fault& f);

apply_result apply_txn(step& s, txn_request request);
void written_keys(const txn_request& r, key_visitor& visit);
void check_rules(const txn_request& r, first_fault& f);

apply_result apply_connect(step& s, ca_request request);
void written_keys(const ca_request& r, key_visitor& visit);
void check_rules(const ca_request& r, first_fault& f);

apply_result apply_system_metadata(step& s, system_metadata_request request);
void written_keys(const system_metadata_request& r, key_visitor& visit);
void check_rules(const system_metadata_request& r, first_fault& f);

apply_result apply_autopilot(step& s, autopilot_request request);
void written_keys(const autopilot_request& r, key_visitor& visit);
void check_rules(const autopilot_request& r, first_fault& f);

apply_result apply_restore(step& s, restore_request request);
void written_keys(const restore_request& r, key_visitor& visit);
void check_rules(const restore_request& r, first_fault& f);

// Access control.

apply_result apply_acl_bootstrap(step& s, acl_bootstrap_request request);
void written_keys(const acl_bootstrap_request& r, key_visitor& visit);
void check_rules(const acl_bootstrap_request& r, first_fault& f);

apply_result apply_acl_token_set(step& s, acl_token_set_request request);
void written_keys(const acl_token_set_request& r, key_visitor& visit);
void check_rules(const acl_token_set_request& r, first_fault& f);

apply_result apply_acl_token_delete(step& s, const acl_token_delete_request& request);
void written_keys(const acl_token_delete_request& r, key_visitor& visit);
void check_rules(const acl_token_delete_request& r, first_fault& f);

apply_result apply_acl_policy_set(step& s, acl_policy_set_request request);
void written_keys(const acl_policy_set_request& r, key_visitor& visit);
void check_rules(const acl_policy_set_request& r, first_fault& f);

apply_result apply_acl_policy_delete(step& s, const acl_policy_delete_request& request);
void written_keys(const acl_policy_delete_request& r, key_visitor& visit);
void check_rules(const acl_policy_delete_request& r, first_fault& f);

apply_result apply_acl_role_set(step& s, acl_role_set_request request);
void written_keys(const acl_role_set_request& r, key_visitor& visit);
void check_rules(const acl_role_set_request& r, first_fault& f);

apply_result apply_acl_role_delete(step& s, const acl_role_delete_request& request);
void written_keys(const acl_role_delete_request& r, key_visitor& visit);
void check_rules(const acl_role_delete_request& r, first_fault& f);

} // namespace praetor::state
