#pragma once

#include "actors/rpc/rpc_messages.hpp"
#include "frontends/api/head_verdict.hpp"
#include "frontends/api/route.hpp"
#include "protocol/config/runtime_config.hpp"

#include <array>

namespace praetor::api {

/// Only these headers make a difference to endpoints; the others stay with the agent that was asked.
inline constexpr std::array headers_that_matter{"accept", "authorization", "content-type", "x-consul-token"};

/// Of a state to restore, in bytes.
inline constexpr std::uint64_t largest_archive = std::uint64_t{4} << 30;

/// How large the body of a request may be. An archive's is kept in memory only where there are no disks.
body_rule rule_of(body_limit limit, const config::runtime_config& config);

/// The request as the endpoints see it. What no agent hands on is left out.
/// @param hops 0: this agent asks by itself
request request_of(remote_request from, std::uint32_t hops, nanoseconds hold);

/// How long another agent may have a request held here, of what it asks for.
nanoseconds bounded_hold(nanoseconds hold, const config::runtime_config& config);
/// Brings what another agent says of its request into the bounds that its own configuration would give it.
void bound(remote_request& from, nanoseconds& hold, const config::runtime_config& config);

/// The answer to a request that no agent hands on: one that each agent answers for itself, one with a larger body than
/// agents take, or one that no HTTP parser would have let through.
std::optional<answer> refused_by_route(const route& r, const request& req, const config::runtime_config& config);

} // namespace praetor::api
