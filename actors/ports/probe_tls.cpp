#include "actors/ports/probe_tls.hpp"

#include "actors/ports/tls/certificates.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace praetor {

probe_tls::probe_tls(tls_options options) : options_(std::move(options)) {
  options_.side = tls_side::client;
  options_.verification = tls_verification::judged;
  options_.system_authorities = options_.ca_certificates.empty();
}

expected<tls_context> probe_tls::context() {
  if (context_) return context_;
  auto made = make_tls_context(options_);
  if (!made) return fail("TLS of checks: " + made.error().text());
  context_ = *made;
  return context_;
}

std::string judge_certificate(ssl_st* connection, const std::string& name) {
  certificate_ptr certificate(SSL_get1_peer_certificate(connection));
  return certificate_fault(certificate.get(), SSL_get_verify_result(connection), name);
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
