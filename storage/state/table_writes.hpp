#pragma once

#include "storage/state/tables.hpp"

namespace praetor::state {

// Writing one record with all its secondary indexes. No rules, no index table: those are in apply_*.cpp.

void put_node(tables& t, retired_parts& retired, node_ptr record);
void remove_node(tables& t, retired_parts& retired, const node& record);

void put_service(tables& t, retired_parts& retired, service_record_ptr record);
void remove_service(tables& t, retired_parts& retired, const service_record& record);
/// The service that accepts Connect traffic through this instance: the destination of a proxy, itself if native, else
/// "".
std::string_view connect_destination(const node_service& s);

void put_check(tables& t, retired_parts& retired, health_check_ptr record);
void remove_check(tables& t, retired_parts& retired, const health_check& record);

void put_kv(tables& t, retired_parts& retired, kv_entry_ptr record);
void remove_kv(tables& t, retired_parts& retired, const kv_entry& record);

void put_session(tables& t, retired_parts& retired, session_ptr record);
void remove_session(tables& t, retired_parts& retired, const session& record);
/// The ids of all checks that a session depends on.
string_list check_ids(const session& s);

void put_coordinate(tables& t, retired_parts& retired, node_coordinate_ptr record);

/// @param end nanoseconds since 1970
void put_lock_delay(tables& t, retired_parts& retired, std::string_view key, nanoseconds end);
/// Forgets the delays that have passed.
void drop_lock_delays(tables& t, retired_parts& retired, nanoseconds now);

/// Look-ups by name, without regard to case.
node_ptr node_named(const tables& t, std::string_view peer, std::string_view name);
node_ptr node_with_id(const tables& t, std::string_view peer, std::string_view id);
service_record_ptr service_on(const tables& t, std::string_view peer, std::string_view node, std::string_view id);
health_check_ptr check_on(const tables& t, std::string_view peer, std::string_view node, std::string_view id);
session_ptr session_with_id(const tables& t, std::string_view id);

} // namespace praetor::state
