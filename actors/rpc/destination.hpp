#pragma once

#include "actors/raft/leadership.hpp"
#include "protocol/types/error.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace praetor {

namespace config {
struct runtime_config;
}

/// The agent that answers a request. Other agents forward it; a request that `agent` answers is never forwarded.
enum class answerer : std::uint8_t {
  agent,      ///< the agent that the client asks
  any_server, ///< the first server that gets it
  leader,     ///< the leader, or a server that has heard from it recently enough
};

/// Whose answer a request takes. Resolved once, when the request comes in.
struct destination {
  std::string datacenter = {}; ///< of the records; "": that of the agent that is asked
  answerer who = answerer::leader;
  std::chrono::nanoseconds max_age{0}; ///< of a server's state, if it answers for the leader; 0: none does
  std::chrono::nanoseconds hold{0};    ///< how long the request waits for a server that can answer
};

/// Whether an agent answers a request itself. Otherwise another server does.
bool answers_here(const destination& to, bool is_server, const leadership_board& leader, steady_time now);

/// Why no server answers for the datacenter of a request, if so. An agent reaches the servers of its own datacenter.
std::optional<error> unreachable(std::string_view datacenter, std::string_view own);

/// Whether the servers of the agent's datacenter keep the records of access control themselves. Otherwise those of the
/// primary datacenter do.
bool keeps_access_records(const config::runtime_config& c);

} // namespace praetor
