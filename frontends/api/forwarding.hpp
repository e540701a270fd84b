#pragma once

#include "actors/rpc/forwarded_request.hpp"
#include "frontends/api/call.hpp"

namespace praetor::api {

/// The datacenter that a client names with `dc`; "" if it names none, or if the route ignores it.
std::string named_datacenter(const call& c);

/// The agent that has to answer a call, from its route and the client's request.
destination destination_of(const call& c);

/// Forwards the call to the leader (or any server, if that is enough), waiting for one if necessary. If this agent
/// itself becomes leader, calls the endpoint here.
void forward(const call& c);

/// The error for a call that this agent cannot answer and may not forward again.
std::optional<answer> too_many_hops(const call& c);

/// The call in the form that is sent to another agent.
remote_request described(const call& c);
/// Converts another agent's answer.
answer unpacked(remote_answer from);

} // namespace praetor::api
