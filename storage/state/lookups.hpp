#pragma once

#include "storage/state/tables.hpp"

namespace praetor::state {

// Case-insensitive lookups by name; null if there is no such record.

node_ptr node_named(const tables& t, std::string_view peer, std::string_view name);
node_ptr node_with_id(const tables& t, std::string_view peer, std::string_view id);
service_record_ptr service_on(const tables& t, std::string_view peer, std::string_view node, std::string_view id);
health_check_ptr check_on(const tables& t, std::string_view peer, std::string_view node, std::string_view id);
session_ptr session_with_id(const tables& t, std::string_view id);

} // namespace praetor::state
