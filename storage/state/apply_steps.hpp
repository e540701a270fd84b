#pragma once

#include "protocol/types/acl.hpp"
#include "protocol/types/error.hpp"
#include "storage/state/apply_result.hpp"
#include "storage/state/command_rules.hpp"
#include "storage/state/transaction.hpp"

namespace praetor::state {

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

} // namespace praetor::state
