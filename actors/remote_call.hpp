#pragma once

#include "actors/leadership.hpp"
#include "protocol/actors.hpp"
#include "protocol/types/error.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace praetor {

/// A request to another server, and who waits for its answer.
struct remote_call {
  envelope request;
  steady_time deadline;
  /// Called once. `reached` is false if the request has surely never left: then it may be sent elsewhere.
  std::function<void(expected<envelope> answer, bool reached)> done;
};

/// A message to another server that is not answered.
struct remote_envelope {
  envelope message;
};

/// The links of this agent, by server id. Published by rpc_router.
using peer_links = std::map<std::string, peer_link_actor>;

} // namespace praetor
