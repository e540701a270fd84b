#pragma once

#include "protocol/base/openssl_ptr.hpp"

#include <string>
#include <vector>

namespace praetor {

/// A reader of a text, which must outlive it.
bio_ptr reader_of(const std::string& text);

/// The certificates of a PEM text, up to the first other item. If there are none, OpenSSL's error queue has the error.
std::vector<certificate_ptr> read_certificates(const std::string& pem);

/// PEM text; a key in the form that names the curve ("EC PRIVATE KEY"). Empty on failure; OpenSSL's error queue has the
/// error.
std::string pem_of(X509* certificate);
std::string pem_of(EVP_PKEY* key);

/// A subject alternative name.
struct subject_name {
  enum class kind { dns, uri, address };
  kind type;
  std::string text;
};
/// The subject alternative names of these kinds, in order.
std::vector<subject_name> subject_names(const X509* certificate);
/// Those of one kind: "a.example, b.example".
std::string joined_names(const X509* certificate, subject_name::kind type);

/// Go's error for a server's certificate, "tls: failed to verify certificate: ...", or "" if it is valid. Like Go,
/// checks the name before the chain.
/// @param certificate null: the server showed none
/// @param verdict OpenSSL's result for the chain
/// @param name the host name or IP address that it must match
std::string certificate_fault(X509* certificate, long verdict, const std::string& name);

/// SHA-256 of the public key: the key identifier as Consul computes it, longer than OpenSSL's default. Empty if OpenSSL
/// fails.
std::string public_key_digest(const EVP_PKEY* key);
bool add_key_identifier(X509* certificate, const std::string& digest);
/// @param kind NID of the extension; value: in the syntax of OpenSSL's configuration files
bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value);

} // namespace praetor
