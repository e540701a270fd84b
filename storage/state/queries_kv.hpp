#pragma once

#include "storage/state/queries_catalog.hpp"

namespace praetor::state {

/// The entry of a key, or null. Index: its own, or the table's if it does not exist.
result<kv_entry_ptr> kv_get(const store& s, std::string_view key, watch_set* watch);
/// All entries below a prefix, bytewise ordered. Index: the newest change or deletion below the prefix; the table's if
/// there was none.
result<std::vector<kv_entry_ptr>> kv_list(const store& s, std::string_view prefix, watch_set* watch);
/// The keys below a prefix. With a separator each key ends after its first separator beyond the prefix; each is listed
/// once. Index as `kv_list`. `admit(key)` says if the caller may see a key (null: all), asked before keys are folded.
result<string_list> kv_keys(const store& s, std::string_view prefix, std::string_view separator, watch_set* watch,
                            const std::function<bool(std::string_view)>& admit = nullptr);
/// Until when no session may take this key, in nanoseconds since 1970; 0 = free to take.
nanoseconds lock_delay_end(const store& s, std::string_view key);

/// The session, or null.
result<session_ptr> find_session(const store& s, std::string_view id, watch_set* watch);
/// All sessions, by id.
result<std::vector<session_ptr>> list_sessions(const store& s, watch_set* watch);
/// The sessions bound to a node, by id.
result<std::vector<session_ptr>> node_sessions(const store& s, std::string_view node, watch_set* watch);

/// True if all operations only read, so that the transaction needs no entry in the log.
bool is_read_only(const std::vector<txn_op>& ops);
/// Whether a transaction knows the verb for keys, and whether it may change something.
bool is_kv_verb(std::string_view verb);
bool is_kv_write(std::string_view verb);
/// Whether it knows the verb as one that changes nodes, services and checks.
bool is_record_write(std::string_view verb);
/// Carries out a transaction that only reads.
result<txn_response> read_transaction(const store& s, const std::vector<txn_op>& ops);

} // namespace praetor::state
