#pragma once

#include "actors/raft/leadership.hpp"
#include "protocol/types/error.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace praetor {

/// The agent that answers a request. Other agents forward it; a request that `agent` answers is never forwarded.
enum class answerer : std::uint8_t {
  agent,      ///< the agent that the client contacted
  any_server, ///< the first server that receives it
  leader,     ///< the leader, or a server that has heard from it recently enough
};

/// Which agent answers a request. Determined once, when the request arrives.
struct destination {
  std::string datacenter = {}; ///< of the records; "": that of the contacted agent
  answerer who = answerer::leader;
  std::chrono::nanoseconds max_age{0}; ///< maximal age of another server's state; 0: only the leader answers
  std::chrono::nanoseconds hold{0};    ///< how long the request waits for a suitable server
};

/// Whether an agent answers a request itself instead of forwarding it.
bool answers_here(const destination& to, bool is_server, const leadership_board& leader, steady_time now);

/// Why no server can answer for the datacenter of a request, if so. An agent reaches only the servers of its own
/// datacenter.
std::optional<error> unreachable(std::string_view datacenter, std::string_view own);

} // namespace praetor
