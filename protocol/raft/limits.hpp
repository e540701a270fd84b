#pragma once

#include "protocol/raft/types.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

/// Limits on received values. Rejects numbers near the end of their range: an accepted term, index or timestamp is
/// permanent, and nothing could follow it.
namespace praetor::raft {

inline constexpr std::size_t server_limit = 256; ///< servers of a configuration
inline constexpr std::size_t text_limit = 256;   ///< bytes of an ID, a storage UUID, an address, a snapshot ID

/// Terms up to here are accepted unconditionally: at one election per millisecond, a cluster would take 8,900 years to
/// get there. Above it, a term may exceed the local one by at most `term_step`.
inline constexpr term_t term_free_range = term_t{1} << 48;
inline constexpr term_t term_step = term_t{1} << 20;
/// The last valid index: 36,000 years at a million entries per second.
inline constexpr index_t index_limit = index_t{1} << 60;
/// Timestamps are nanoseconds since 1970 and end in 2116, so that adding a duration cannot overflow.
inline constexpr std::int64_t stamp_limit = std::int64_t{1} << 62;
/// The longest promise that a leader relies on: `settings::lease_promise` at the highest multiplier.
inline constexpr std::chrono::seconds promise_limit{2};

/// Why a configuration is invalid: no voter, too many servers, an empty or duplicate ID, an overlong text. Empty if it
/// is valid.
std::string fault_of(const configuration& members);

} // namespace praetor::raft
