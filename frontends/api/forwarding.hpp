#pragma once

#include "actors/rpc/forwarded_request.hpp"
#include "frontends/api/call.hpp"
#include "frontends/api/dispatcher.hpp"

namespace praetor::api {

/// Whose answer a call takes, by its route and by what the client asks for.
destination destination_of(const call& c);

/// Has the call answered by the leader (or any server, if that is enough), however long it takes to find one. If this
/// agent itself becomes the leader, the endpoint is asked here.
void forward(const call& c);

/// The answer to a call that this agent can't answer and may not hand on, because it was handed on already.
std::optional<answer> handed_on_too_often(const call& c);

/// The call as another agent is told of it.
remote_request described(const call& c);
/// Another agent's answer as one of this agent.
answer unpacked(remote_answer from);

/// Answers what clients asked of other agents.
class forwarded_requests : public request_server {
public:
  /// From now on nothing is answered. Returns when nothing is being handed to the endpoints any more.
  virtual void close() = 0;
};
std::shared_ptr<forwarded_requests> make_request_server(environment& env, const dispatcher& requests);

} // namespace praetor::api
