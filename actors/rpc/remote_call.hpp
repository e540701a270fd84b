#pragma once

#include "actors/connector.hpp"
#include "actors/raft/leadership.hpp"
#include "protocol/actors.hpp"
#include "protocol/types/error.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace praetor {

/// No request, answer or message between processes is larger than this (bytes of the envelope).
inline constexpr std::size_t largest_envelope = 64 << 20;

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

/// How an attempt to connect ended. A connection that nobody takes over is ended with it.
struct link_outcome {
  link_outcome(std::shared_ptr<connector> links, expected<remote_gateway_actor> gateway)
      : links(std::move(links)), gateway(std::move(gateway)) {}
  ~link_outcome() {
    if (links && gateway) links->disconnect(*gateway);
  }
  link_outcome(const link_outcome&) = delete;
  link_outcome& operator=(const link_outcome&) = delete;

  std::shared_ptr<connector> links; ///< null once the connection was taken over
  expected<remote_gateway_actor> gateway;
};

/// What came back for a request: the other side's envelope, or why it has none.
struct link_answer {
  expected<envelope> answer;
};

/// The links of this agent, by server id. Published by rpc_router.
using peer_links = std::map<std::string, peer_link_actor>;

} // namespace praetor
