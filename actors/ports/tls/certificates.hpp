#pragma once

#include "actors/ports/tls/openssl_ptr.hpp"

#include <string>
#include <vector>

namespace praetor {

/// To read a text, which outlives it.
bio_ptr reader_of(const std::string& text);

/// The certificates of a PEM text, up to the first thing that is none. If there are none, OpenSSL keeps the error.
std::vector<certificate_ptr> read_certificates(const std::string& pem);

/// As PEM text; a key in the form that names the curve ("EC PRIVATE KEY"). Empty if OpenSSL fails and keeps the error.
std::string pem_of(X509* certificate);
std::string pem_of(EVP_PKEY* key);

/// What a certificate is valid for.
struct subject_name {
  enum class kind { dns, uri, address };
  kind type;
  std::string text;
};
/// Its subject alternative names of these kinds, in their order.
std::vector<subject_name> subject_names(const X509* certificate);
/// Those of one kind: "a.example, b.example".
std::string joined_names(const X509* certificate, subject_name::kind type);

/// SHA-256 of the public key: the key identifier, longer than OpenSSL's own choice, as other authorities' tools make
/// it. Empty if OpenSSL fails.
std::string public_key_digest(const EVP_PKEY* key);
bool add_key_identifier(X509* certificate, const std::string& digest);
/// @param kind NID of the extension; value: as in OpenSSL's configuration files
bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value);

} // namespace praetor
