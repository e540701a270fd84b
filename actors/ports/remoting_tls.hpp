#pragma once

#include "actors/ports/tls/tls_context.hpp"
#include "protocol/config/runtime_config.hpp"

#include <memory>
#include <string>
#include <vector>

struct ssl_st;

namespace praetor {

/// The TLS settings of server RPC (tls.internal_rpc) for new connections. Immutable; a reload replaces it.
struct remoting_tls {
  tls_context incoming; ///< null: without a certificate, incoming TLS is not possible
  tls_context outgoing;
  bool verify_incoming = false;        ///< incoming connections need TLS and a certificate of the CA
  bool verify_outgoing = false;        ///< servers need TLS and a certificate of the CA
  bool verify_server_hostname = false; ///< whose names include a server of the datacenter
  std::string domain;                  ///< without the trailing dot
};

expected<std::shared_ptr<const remoting_tls>> make_remoting_tls(const config::runtime_config& config);

/// The name that a server's certificate must have: "server.dc1.consul".
std::string server_name_in(const remoting_tls& tls, const std::string& datacenter);

/// Checks the peer's certificate after a handshake.
/// @param name the name that it must have; empty: any
/// @returns empty if it is valid, otherwise a sentence
std::string judge_peer(ssl_st* session, const std::string& name);

/// The subject alternative names (DNS, URI) of the peer's certificate, at most a few. Empty without a certificate.
std::vector<std::string> certificate_names(ssl_st* session);

} // namespace praetor
