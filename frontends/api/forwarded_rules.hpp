#pragma once

#include "actors/rpc/rpc_messages.hpp"
#include "frontends/api/head_verdict.hpp"
#include "frontends/api/route.hpp"
#include "protocol/config/runtime_config.hpp"

#include <array>

namespace praetor::api {

/// The headers that endpoints read; all others stay at the contacted agent.
inline constexpr std::array headers_that_matter{"accept",         "authorization",      "content-type",
                                                "x-consul-token", "x-consul-namespace", "x-consul-partition"};

/// The maximal size of a state to restore, in bytes.
inline constexpr std::uint64_t largest_archive = std::uint64_t{4} << 30;

/// The maximal body size. An archive is held in memory only by agents without a disk.
body_rule rule_of(body_limit limit, const config::runtime_config& config);

/// The request as endpoints see it, without what agents do not forward.
/// @param hops 0: this agent's own request
request request_of(remote_request from, std::uint32_t hops, nanoseconds hold);

/// How long this agent holds another agent's request: at most as long as it asks for.
nanoseconds bounded_hold(nanoseconds hold, const config::runtime_config& config);
/// Limits the values of another agent's request to what its own configuration could yield.
void bound(remote_request& from, nanoseconds& hold, const config::runtime_config& config);

/// Rejects requests that agents may not forward: for routes of the agent itself, with a larger body than agents accept,
/// or that an HTTP parser would have rejected.
std::optional<answer> refused_by_route(const route& r, const request& req, const config::runtime_config& config);

} // namespace praetor::api
