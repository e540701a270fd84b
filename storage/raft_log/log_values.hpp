#pragma once

#include "storage/raft_log/log_store.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace praetor::storage {

/// Keys and sealed values of a stored log (see sealed.hpp). The first byte of each payload is its format version, 1.
/// Decoders return nothing for a wrong checksum, a newer version or a truncated payload.
std::string entry_key(raft::index_t index);
std::optional<raft::index_t> index_of(std::string_view key);
std::string encode_entry(std::string_view key, const raft::entry& one);
raft::entry_ptr decode_entry(std::string_view key, std::string_view value);

inline constexpr std::string_view storage_id_key = "storage_id";
inline constexpr std::string_view hard_state_key = "hard_state";
inline constexpr std::string_view before_key = "before"; ///< the position before the first entry

std::string encode_text(std::string_view key, std::string_view text);
std::optional<std::string> decode_text(std::string_view key, std::string_view value);
std::string encode_hard_state(const raft::hard_state& state);
std::optional<raft::hard_state> decode_hard_state(std::string_view value);
std::string encode_position(const log_position& position);
std::optional<log_position> decode_position(std::string_view value);

} // namespace praetor::storage
