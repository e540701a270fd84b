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

/// The maximal size of a request, answer or message between processes (bytes of the envelope).
inline constexpr std::size_t largest_envelope = 64 << 20;

/// A request to another server, and the callback for its answer.
struct remote_call {
  envelope request;
  steady_time deadline;
  /// Called once. `reached` is false if the request was definitely not sent: it may be sent elsewhere then.
  std::function<void(expected<envelope> answer, bool reached)> done;
};

/// A one-way message to another server.
struct remote_envelope {
  envelope message;
};

/// The outcome of a connection attempt. Closes the connection unless it is taken over.
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

/// The answer to a request: the peer's envelope, or the error.
struct link_answer {
  expected<envelope> answer;
};

/// The links of this agent, by server id. Published by rpc_router.
using peer_links = std::map<std::string, peer_link_actor>;

} // namespace praetor
