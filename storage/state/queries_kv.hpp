#pragma once

#include "storage/state/queries_catalog.hpp"

namespace praetor::state {

/// The entry of a key, or null. Index: the entry's own, or the table's if the key does not exist.
result<kv_entry_ptr> kv_get(const store& s, std::string_view key, watch_set* watch);
/// All entries below a prefix, in bytewise order. Index: the newest change or deletion below the prefix; the table's if
/// there was none.
result<std::vector<kv_entry_ptr>> kv_list(const store& s, std::string_view prefix, watch_set* watch);
/// The keys below a prefix. With a separator, truncates each key after the first separator beyond the prefix and lists
/// each result once. Index as in `kv_list`. `admit(key)` says if the caller may read a key (null: all), called before
/// truncation.
result<string_list> kv_keys(const store& s, std::string_view prefix, std::string_view separator, watch_set* watch,
                            const std::function<bool(std::string_view)>& admit = nullptr);
/// The end of the key's lock delay, in nanoseconds since 1970; 0: none.
nanoseconds lock_delay_end(const store& s, std::string_view key);

/// The session, or null.
result<session_ptr> find_session(const store& s, std::string_view id, watch_set* watch);
/// All sessions, sorted by id.
result<std::vector<session_ptr>> list_sessions(const store& s, watch_set* watch);
/// The sessions bound to a node, sorted by id.
result<std::vector<session_ptr>> node_sessions(const store& s, std::string_view node, watch_set* watch);

/// Whether all operations are reads, so that the transaction needs no log entry.
bool is_read_only(const std::vector<txn_op>& ops);
/// Whether the verb is a known key operation, and whether it may change something.
bool is_kv_verb(std::string_view verb);
bool is_kv_write(std::string_view verb);
/// Whether the verb is one that changes nodes, services and checks.
bool is_record_write(std::string_view verb);
/// Executes a read-only transaction.
result<txn_response> read_transaction(const store& s, const std::vector<txn_op>& ops);

} // namespace praetor::state
