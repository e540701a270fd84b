#pragma once

#include "actors/raft/leadership.hpp"
#include "protocol/types/error.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace praetor {

namespace config {
struct runtime_config;
}
struct published_state;

/// The agent that answers a request. Other agents forward it; a request that `agent` answers is never forwarded.
enum class answerer : std::uint8_t {
  agent,      ///< the agent that the client asks
  any_server, ///< the first server of the datacenter that gets it
  leader,     ///< the datacenter's leader, or a server that has heard from it recently enough
};

/// Which agent answers a request. Determined once, when the request arrives.
struct destination {
  std::string datacenter = {}; ///< of the records; always named
  answerer who = answerer::leader;
  std::chrono::nanoseconds max_age{0}; ///< maximal age of another server's state; 0: only the leader answers
  std::chrono::nanoseconds hold{0};    ///< how long the request waits for a suitable server
};

/// Where a request goes from an agent.
enum class next_hop : std::uint8_t {
  here,   ///< the agent answers it
  server, ///< the router hands it to a server
  none,   ///< no server of its datacenter is known: `no_path` is the answer
};

/// What an agent knows that decides.
struct standpoint {
  std::string_view datacenter; ///< of the agent
  bool is_server = false;
  const published_state& known;
  steady_time now;
};

/// A client agent hands every request to a server of its own datacenter; servers know the paths to the others.
next_hop next_hop_of(const destination& to, const standpoint& from);

/// What a client is told of a datacenter without a path.
error no_path();

/// Whether the servers of the agent's datacenter keep the records of access control themselves. Otherwise those of the
/// primary datacenter do.
bool keeps_access_records(const config::runtime_config& c);

} // namespace praetor
