#pragma once

#include "storage/state/tables.hpp"

namespace praetor::state {

/// "peer.~:" (the datacenter's own data) or "peer.<name>:", and the rest.
std::string peer_index_key(std::string_view peer, std::string_view rest);
/// "typical" for the empty kind.
std::string_view kind_index_name(std::string_view kind);

/// The value of a key of the index table, 0 if it has none.
std::uint64_t index_value(const tables& t, std::string_view key);
/// The largest of these keys' values.
std::uint64_t max_index(const tables& t, std::initializer_list<std::string_view> keys);

void drop_index(tables& t, retired_parts& retired, std::string_view key);

} // namespace praetor::state
