#pragma once

#include "sim/attackers/siege.hpp"

#include <map>
#include <memory>

namespace praetor::sim {

/// The identity that a connection shows.
enum class shown_as {
  unknown_server, ///< claims to be a server, without confirmation
  other_server,   ///< has the id and name of a server, and another address
  agent,          ///< a client agent of the datacenter
  certified,      ///< its certificate names a server of the datacenter
  other_datacenter,
  nobody, ///< no id
};

/// What an attacker sends to the server port.
struct repertoire {
  shown_as as = shown_as::agent;
  /// Every request is rejected. Other attackers are agents, which may write if ACLs are disabled.
  bool stranger = false;
  bool speaks_as_itself = true; ///< Raft messages with its own id, not only with members' ids
  bool writes = true;           ///< proposals and forwarded requests
  bool malformed_writes = true; ///< malformed proposals
  bool agent_routes = true;     ///< forwarded requests for routes of the agent itself
};

/// Connects to servers and sends them potentially harmful messages, one after the other.
std::unique_ptr<client> make_rpc_attacker(siege& where, const attack& what, const repertoire& can);
/// A client agent that exceeds its share in bursts, and disconnects abruptly.
std::unique_ptr<client> make_hoarder(siege& where, const attack& what);
/// Sends hostile gossip. @param member has the key, and is a member of the pool
std::unique_ptr<client> make_gossip_attacker(siege& where, const attack& what, bool member);

} // namespace praetor::sim
