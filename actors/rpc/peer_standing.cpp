#include "actors/rpc/peer_standing.hpp"

#include "protocol/mutation.hpp"

#include <string_view>

namespace praetor {

namespace {

/// "10.0.0.1" of "10.0.0.1:8300", "::1" of "[::1]:8300".
std::string_view host_of(std::string_view address) {
  auto host = address.substr(0, address.rfind(':'));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return host;
}

} // namespace

peer_standing standing_of(const peer_identity& peer, const std::string& datacenter, const known_servers* known) {
  bool foreign = peer.datacenter != datacenter && !mutated(mutation::foreign_datacenter_admitted);
  bool nameless = peer.id.empty() && !mutated(mutation::nameless_peer_admitted);
  if (peer.connection == 0 || nameless || foreign) return peer_standing::stranger;
  if (!peer.claims_server) return peer_standing::agent;
  if (peer.certified_server || mutated(mutation::server_claim_believed)) return peer_standing::server;
  const auto* server = known ? known->find(peer.id) : nullptr;
  bool confirmed = server && host_of(server->address) == host_of(peer.address);
  return confirmed ? peer_standing::server : peer_standing::unproven_server;
}

std::string doubt_about(const peer_identity& peer, const known_servers* known) {
  const auto* server = known ? known->find(peer.id) : nullptr;
  if (!server) return "says that it is a server, but gossip knows no server with its id";
  return "says that it is server " + server->name + ", which gossip knows at " + server->address + " (advertise)";
}

} // namespace praetor
