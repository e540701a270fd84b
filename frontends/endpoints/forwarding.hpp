#pragma once

#include "actors/forwarded_request.hpp"
#include "frontends/endpoints/call.hpp"
#include "frontends/endpoints/routes.hpp"

namespace praetor::endpoints {

/// Whether this agent answers the call itself. Otherwise another server has to.
bool answers_here(const call& c, place where);

/// Has the call answered by the leader (or any server, if that is enough), however long it takes to find one. If this
/// agent itself becomes the leader, the endpoint is asked here.
void forward(const call& c);

/// Answers what clients asked of other agents.
std::shared_ptr<request_server> make_request_server(environment& env, const dispatcher& requests);

} // namespace praetor::endpoints
