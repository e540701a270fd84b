#pragma once

#include "actors/ports/tls/tls_context.hpp"
#include "protocol/config/runtime_config.hpp"

#include <memory>
#include <string>
#include <vector>

struct ssl_st;

namespace praetor {

/// The TLS of server RPC (tls.internal_rpc), as it is used for new connections; never changed, only replaced.
struct remoting_tls {
  tls_context incoming; ///< null: no certificate, TLS can't be spoken with who connects here
  tls_context outgoing;
  bool verify_incoming = false;        ///< who connects has to speak TLS and show a certificate of the authority
  bool verify_outgoing = false;        ///< servers have to speak TLS and show a certificate of the authority
  bool verify_server_hostname = false; ///< and theirs has to name them a server of the datacenter
  std::string domain;                  ///< without a dot at its end
};

expected<std::shared_ptr<const remoting_tls>> make_remoting_tls(const config::runtime_config& config);

/// The name that a server's certificate has to be valid for: "server.dc1.consul".
std::string server_name_in(const remoting_tls& tls, const std::string& datacenter);

/// Judges the certificate of a handshake that has ended.
/// @param name that it has to be valid for; empty: any
/// @returns empty if it can be believed, else a sentence
std::string judge_peer(ssl_st* session, const std::string& name);

/// The names that the certificate of the other side is valid for (its subject alternative names: DNS, URI); at most a
/// few. Without a certificate none.
std::vector<std::string> certificate_names(ssl_st* session);

} // namespace praetor
