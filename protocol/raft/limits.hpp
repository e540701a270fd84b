#pragma once

#include "protocol/raft/types.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

/// What a server takes from others. Numbers near the end of their range are refused: a term, an index or a stamp that
/// once was taken stays for ever, and nothing could come after it.
namespace praetor::raft {

inline constexpr std::size_t server_limit = 256; ///< servers of a configuration
inline constexpr std::size_t text_limit = 256;   ///< bytes of an ID, a storage, an address, a snapshot's id

/// Terms up to here are taken as they come: at an election a millisecond a cluster would need 8,900 years. Above, a
/// term may exceed the own one by `term_step` only.
inline constexpr term_t term_free_range = term_t{1} << 48;
inline constexpr term_t term_step = term_t{1} << 20;
/// A log has no more entries: 36,000 years of a million a second.
inline constexpr index_t index_limit = index_t{1} << 60;
/// Stamps are nanoseconds since 1970 and end in 2116: whoever adds a duration to one stays far from an overflow.
inline constexpr std::int64_t stamp_limit = std::int64_t{1} << 62;
/// The longest promise that a leader counts on: `settings::lease_promise` with the highest multiplier.
inline constexpr std::chrono::seconds promise_limit{2};

/// Why a configuration cannot be one: no voter, too many servers, an ID twice or empty, a text that is too long.
/// Empty: it can.
std::string fault_of(const configuration& members);

} // namespace praetor::raft
