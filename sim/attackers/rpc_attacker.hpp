#pragma once

#include "sim/attackers/siege.hpp"

#include <map>
#include <memory>

namespace praetor::sim {

/// Whom a connection shows.
enum class shown_as {
  unknown_server, ///< says that it is a server; nothing confirms it
  other_server,   ///< has the id and the name of one of the servers, and another address
  agent,          ///< a client agent of the datacenter
  certified,      ///< a certificate of the datacenter's authority names a server of it
  other_datacenter,
  nobody, ///< no id at all
};

/// What an attacker sends to the server port, as far as it does.
struct repertoire {
  shown_as as = shown_as::agent;
  /// It is refused whatever it asks. Others are agents: they may write where access control is off.
  bool stranger = false;
  bool speaks_as_itself = true; ///< Raft messages from its own id, not only those of members
  bool writes = true;           ///< proposals and forwarded requests
  bool malformed_writes = true; ///< proposals that are no commands
  bool agent_routes = true;     ///< forwarded requests for what concerns one agent alone
};

/// Somebody who connects to servers and sends them whatever might do harm, one act after the other.
std::unique_ptr<client> make_rpc_attacker(siege& where, const attack& what, const repertoire& can);
/// A client agent that asks for more than its share, in bursts, and goes away without a word.
std::unique_ptr<client> make_hoarder(siege& where, const attack& what);
/// Sends hostile gossip. @param member has the key, and takes part in the pool
std::unique_ptr<client> make_gossip_attacker(siege& where, const attack& what, bool member);

} // namespace praetor::sim
