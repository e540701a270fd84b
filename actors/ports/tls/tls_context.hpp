#pragma once

#include "protocol/types/error.hpp"

#include <memory>
#include <string>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace praetor {

/// Certificates, authorities and versions, as files or as texts.
struct tls_options {
  std::string cert_file, key_file;             ///< certificate with its chain; private key
  std::string certificate, private_key;        ///< the same as PEM texts
  std::string ca_file, ca_path;                ///< who may have signed client certificates; a directory is read whole
  std::vector<std::string> ca_certificates;    ///< more of them as PEM texts
  bool verify_incoming = false;                ///< ask for a client certificate and refuse who has none of these CAs
  std::string min_version = "TLSv1_2";         ///< TLS_AUTO, TLSv1_0 ... TLSv1_3
  std::vector<std::string> cipher_suites = {}; ///< IANA names, for TLS 1.2 and below; empty = default_ciphers
};

using tls_context = std::shared_ptr<ssl_ctx_st>;
struct tls_deleter {
  void operator()(ssl_st*) const;
};
using tls_session = std::unique_ptr<ssl_st, tls_deleter>;

/// What sessions of one kind are made from, for either side of a connection.
expected<tls_context> make_tls_context(const tls_options& options);

/// What clients of all kinds begin with: TLS 1.2 at least, default_ciphers. Nobody is trusted yet.
tls_context make_client_context();

/// Trusts the authorities of a PEM text; a listener also names them to its clients. @returns how many they are
std::size_t trust_authorities(ssl_ctx_st* context, const std::string& pem);

/// A session over a non-blocking socket; the caller says which side it is. The socket stays the caller's.
tls_session make_tls_session(const tls_context& context, int socket);

/// The oldest error that OpenSSL keeps for this thread, and forgets the others.
std::string last_tls_error();

} // namespace praetor
