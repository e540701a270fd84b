#pragma once

#include "protocol/swim/settings.hpp"

#include <cstddef>

/// The formulas of gossip, `n` being the number of known members. All results are rounded to milliseconds, so that
/// machines agree on them.
namespace praetor::swim {

/// Smallest d with 10^d >= value: ceil(log10(value)), exactly.
std::size_t ceil_log10(std::size_t value);

/// How often each broadcast is sent: multiplier x ceil(log10(n + 1)).
std::size_t retransmit_limit(std::size_t multiplier, std::size_t n);

/// How long a suspect has at least to object: multiplier x max(1, log10(n)) x interval.
duration suspicion_minimum(std::size_t multiplier, std::size_t n, duration interval);

/// How many confirmations bring a suspicion from its longest to its shortest time: multiplier - 2, or none if there
/// are not enough members to give them.
std::size_t confirmations_wanted(std::size_t multiplier, std::size_t n);

/// How long a suspicion lasts, from its start, after `confirmed` of `wanted` confirmations.
duration suspicion_timeout(std::size_t confirmed, std::size_t wanted, duration minimum, duration maximum);

/// interval x (ceil(log2(n) - log2(32)) + 1) above 32 members, else interval.
duration push_pull_period(duration interval, std::size_t n);

/// gossip interval x multiplier x ceil(log10(n + 1)).
duration query_timeout(duration gossip_interval, std::size_t multiplier, std::size_t n);

} // namespace praetor::swim
