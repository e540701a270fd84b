#pragma once

#include "protocol/types/error.hpp"

#include <memory>
#include <string>
#include <vector>

struct ssl_ctx_st;

namespace praetor {

enum class tls_side { listener, client };

/// What is demanded of the other side's certificate.
enum class tls_verification {
  none,     ///< nothing; a listener asks for none
  judged,   ///< the handshake goes through whatever it is: the caller judges it before anything is sent
  required, ///< an authority that is trusted has signed it: without that the handshake fails
};

/// One kind of connection: its certificate, whom it trusts, and which TLS it speaks. Files and folders are read once,
/// when the context is made.
struct tls_options {
  tls_side side = tls_side::listener;
  std::string cert_file, key_file;                ///< certificate with its chain; private key
  std::string certificate = {}, private_key = {}; ///< the same as PEM texts
  std::string ca_file, ca_path;                   ///< authorities; a folder is read whole, and only if there is no file
  std::vector<std::string> ca_certificates = {}; ///< more of them as PEM texts; a listener names all of them to clients
  bool system_authorities = false;               ///< trust the system's authorities if neither file nor folder is named
  tls_verification verification = tls_verification::none;
  std::string min_version = "TLSv1_2";         ///< TLS_AUTO, TLSv1_0 ... TLSv1_3
  std::vector<std::string> cipher_suites = {}; ///< IANA names, for TLS 1.2 and below; empty: default_ciphers
  const char* application_protocol = nullptr;  ///< of a listener (ALPN, RFC 7301): the only one, a literal; null: any
  bool resumable = true;                       ///< a listener hands out session tickets
};

using tls_context = std::shared_ptr<ssl_ctx_st>;

/// Why a context could not be made.
struct tls_failure {
  enum class subject {
    pair,             ///< a certificate without a private key, or the other way round
    certificate,      ///< the certificate's file or text
    private_key,      ///< the private key's file or text
    mismatch,         ///< the private key belongs to another certificate
    authority,        ///< a file or text of authorities
    authority_folder, ///< the folder of authorities
    no_authority,     ///< certificates are to be verified, and nobody is trusted
    protocol,         ///< versions and cipher suites
  };
  subject about = subject::protocol;
  std::string file;                ///< empty: a text was given
  const char* operation = nullptr; ///< the system call that failed for the file: "open"; null: its content is useless
  int system_error = 0;            ///< why it failed (errno)
  std::string reason;              ///< of what is no system call, ours or OpenSSL's

  /// In the words of an agent that does not start.
  std::string text() const;
};

/// Makes what sessions of one kind are made from.
tl::expected<tls_context, tls_failure> make_tls_context(const tls_options& options);

/// The oldest error of this thread's OpenSSL error queue; clears the queue.
std::string last_tls_error();

} // namespace praetor
