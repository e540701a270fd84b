#pragma once

#include "actors/gossip/membership.hpp"
#include "protocol/actors.hpp"

#include <string>

namespace praetor {

/// The trust level of a peer, in ascending order.
enum class peer_standing : std::uint8_t {
  stranger,        ///< of another datacenter, or without an identity: may send nothing
  agent,           ///< an agent of this datacenter
  unproven_server, ///< claims to be a server without confirmation: trusted like an agent
  server,          ///< a server of this datacenter
};

/// A peer that claims to be a server is trusted as one if its certificate names a server, or else if the gossip pool
/// has a server with that id at the address that the peer connects from.
/// @param known the servers in the gossip pool; may be null
peer_standing standing_of(const peer_identity& peer, const std::string& datacenter, const known_servers* known);

/// What an unproven server lacks: a sentence's predicate for the log.
std::string doubt_about(const peer_identity& peer, const known_servers* known);

} // namespace praetor
