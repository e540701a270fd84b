#pragma once

#include "actors/access/token_resolver.hpp"
#include "actors/rpc/remote_call.hpp"

#include <atomic>
#include <memory>

namespace praetor {

namespace metrics {
class telemetry;
}

struct agent_handles;
class request_server;

/// What the parts of an agent do for each other; any thread.
struct agent_services {
  std::atomic<std::shared_ptr<const agent_handles>> handles;  ///< by agent
  std::atomic<std::shared_ptr<const peer_links>> links;       ///< by rpc_router
  std::atomic<std::shared_ptr<request_server>> requests;      ///< by the frontends; null: they are not there
  std::atomic<std::shared_ptr<metrics::telemetry>> telemetry; ///< by agent; null: nothing is measured
  token_resolver resolver;                                    ///< who holds a token
};

} // namespace praetor
