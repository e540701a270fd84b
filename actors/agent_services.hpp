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

/// Services that the parts of an agent provide for each other. Thread-safe.
struct agent_services {
  std::atomic<std::shared_ptr<const agent_handles>> handles;  ///< by agent
  std::atomic<std::shared_ptr<const peer_links>> links;       ///< by rpc_router
  std::atomic<std::shared_ptr<request_server>> requests;      ///< by the frontends; null: not started
  std::atomic<std::shared_ptr<metrics::telemetry>> telemetry; ///< by agent; null: metrics are disabled
  token_resolver resolver;
};

} // namespace praetor
