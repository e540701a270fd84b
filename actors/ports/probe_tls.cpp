#include "actors/ports/probe_tls.hpp"

#include "actors/ports/tls/certificates.hpp"
#include "protocol/base/ip_address.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace praetor {

namespace {

std::string judge_name(X509* certificate, const std::string& name) {
  if (ip_address::parse(name)) {
    if (X509_check_ip_asc(certificate, name.c_str(), 0) == 1) return {};
    auto names = joined_names(certificate, subject_name::kind::address);
    if (names.empty())
      return "x509: cannot validate certificate for " + name + " because it doesn't contain any IP SANs";
    return "x509: certificate is valid for " + names + ", not " + name;
  }
  // Ignores the subject's common name, which is deprecated as a host name (RFC 9525).
  if (X509_check_host(certificate, name.data(), name.size(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr) == 1)
    return {};
  auto names = joined_names(certificate, subject_name::kind::dns);
  if (names.empty()) return "x509: certificate is not valid for any names, but wanted to match " + name;
  return "x509: certificate is valid for " + names + ", not " + name;
}

} // namespace

probe_tls::probe_tls(tls_options options) : options_(std::move(options)) {
  options_.side = tls_side::client;
  options_.verification = tls_verification::judged;
  options_.system_authorities = true;
}

expected<tls_context> probe_tls::context() {
  if (context_) return context_;
  auto made = make_tls_context(options_);
  if (!made) return fail("TLS of checks: " + made.error().text());
  context_ = *made;
  return context_;
}

std::string judge_certificate(ssl_st* connection, const std::string& name) {
  const std::string prefix = "tls: failed to verify certificate: ";
  certificate_ptr certificate(SSL_get1_peer_certificate(connection));
  if (!certificate) return prefix + "x509: no certificate";
  if (auto wrong = judge_name(certificate.get(), name); !wrong.empty()) return prefix + wrong;
  switch (auto verdict = SSL_get_verify_result(connection)) {
  case X509_V_OK: return {};
  case X509_V_ERR_CERT_HAS_EXPIRED:
  case X509_V_ERR_CERT_NOT_YET_VALID: return prefix + "x509: certificate has expired or is not yet valid";
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return prefix + "x509: certificate signed by unknown authority";
  default: return prefix + "x509: " + X509_verify_cert_error_string(verdict);
  }
}

std::string handshake_error(int category_code, bool from_tls, const std::string& fallback) {
  if (!from_tls) return fallback;
  auto code = static_cast<unsigned long>(static_cast<unsigned int>(category_code));
  switch (ERR_GET_REASON(code)) {
  case SSL_R_WRONG_VERSION_NUMBER:
  case SSL_R_PACKET_LENGTH_TOO_LONG:
  case SSL_R_HTTP_REQUEST: return "tls: first record does not look like a TLS handshake";
  case SSL_R_UNEXPECTED_EOF_WHILE_READING: return "EOF";
  case SSL_R_UNSUPPORTED_PROTOCOL: return "tls: server selected unsupported protocol version";
  default: break;
  }
  const char* reason = ERR_reason_error_string(code);
  return "tls: " + (reason ? std::string(reason) : fallback);
}

} // namespace praetor
