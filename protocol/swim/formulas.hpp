#pragma once

#include "protocol/swim/settings.hpp"

#include <cstddef>

/// The formulas of memberlist (util.go, suspicion.go) and Serf; `n` is the number of known members. All results are
/// rounded to milliseconds, so that platforms agree.
namespace praetor::swim {

/// The smallest d with 10^d >= value: ceil(log10(value)), exact.
std::size_t ceil_log10(std::size_t value);

/// How often each broadcast is sent: multiplier x ceil(log10(n + 1)).
std::size_t retransmit_limit(std::size_t multiplier, std::size_t n);

/// The minimal suspicion timeout: multiplier x max(1, log10(n)) x interval.
duration suspicion_minimum(std::size_t multiplier, std::size_t n, duration interval);

/// The number of confirmations that shorten a suspicion from its longest to its shortest timeout: multiplier - 2, or
/// none if too few members exist.
std::size_t confirmations_wanted(std::size_t multiplier, std::size_t n);

/// The suspicion timeout, from its start, after `confirmed` of `wanted` confirmations (Lifeguard, LHA Suspicion).
duration suspicion_timeout(std::size_t confirmed, std::size_t wanted, duration minimum, duration maximum);

/// interval x (ceil(log2(n) - log2(32)) + 1) above 32 members, otherwise interval.
duration push_pull_period(duration interval, std::size_t n);

/// gossip interval x multiplier x ceil(log10(n + 1)).
duration query_timeout(duration gossip_interval, std::size_t multiplier, std::size_t n);

} // namespace praetor::swim
