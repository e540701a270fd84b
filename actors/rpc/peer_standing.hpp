#pragma once

#include "actors/gossip/membership.hpp"
#include "protocol/actors.hpp"

#include <string>

namespace praetor {

/// What this server believes of a peer, from the weakest to the strongest.
enum class peer_standing : std::uint8_t {
  stranger,        ///< of another datacenter, or without an identity: it may ask nothing
  agent,           ///< an agent of this datacenter
  unproven_server, ///< an agent that says it is a server, which nothing confirms: trusted like an agent
  server,          ///< a server of this datacenter
};

/// A peer that says it is a server is believed if its certificate names it one, or else if the gossip pool knows a
/// server of that id at the address that the peer connects from.
/// @param known the servers in the gossip pool; may be null
peer_standing standing_of(const peer_identity& peer, const std::string& datacenter, const known_servers* known);

/// What is missing before an unproven server is believed: a sentence's predicate for the log.
std::string doubt_about(const peer_identity& peer, const known_servers* known);

} // namespace praetor
