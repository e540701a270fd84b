#pragma once

#include "protocol/types/error.hpp"

#include <memory>
#include <string>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace praetor {

/// Certificates, CAs and versions, as files or as PEM texts.
struct tls_options {
  std::string cert_file, key_file;             ///< certificate with its chain; private key
  std::string certificate, private_key;        ///< the same as PEM texts
  std::string ca_file, ca_path;                ///< CAs of client certificates; a directory is read completely
  std::vector<std::string> ca_certificates;    ///< further CAs as PEM texts
  bool verify_incoming = false;                ///< demand a client certificate of these CAs
  std::string min_version = "TLSv1_2";         ///< TLS_AUTO, TLSv1_0 ... TLSv1_3
  std::vector<std::string> cipher_suites = {}; ///< IANA names, for TLS 1.2 and below; empty: default_ciphers
};

using tls_context = std::shared_ptr<ssl_ctx_st>;
struct tls_deleter {
  void operator()(ssl_st*) const;
};
using tls_session = std::unique_ptr<ssl_st, tls_deleter>;

/// Creates the context for sessions with these options, for either side of a connection.
expected<tls_context> make_tls_context(const tls_options& options);

/// The base of all client contexts: TLS 1.2 or later, default_ciphers. Trusts no CA yet.
tls_context make_client_context();

/// Trusts the CAs of a PEM text; a listener also sends their names to clients. @returns their number
std::size_t trust_authorities(ssl_ctx_st* context, const std::string& pem);

/// A session over a non-blocking socket; the caller sets the side. The caller keeps the socket.
tls_session make_tls_session(const tls_context& context, int socket);

/// The oldest error of this thread's OpenSSL error queue; clears the queue.
std::string last_tls_error();

} // namespace praetor
