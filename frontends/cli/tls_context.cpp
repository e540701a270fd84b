#include "frontends/cli/tls_context.hpp"

#include "frontends/cli/command.hpp"
#include "protocol/base/ip_address.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace praetor::cli {

namespace {

/// Go's text for a file, or settings, that can't be used.
std::string failure_text(const tls_failure& why, const tls_settings& settings) {
  using subject = tls_failure::subject;
  auto unread = why.operation ? why.operation + (" " + why.file + ": ") + errno_text(why.system_error) : "";
  auto authorities = std::string("Error loading CA ") + (settings.ca_file.empty() ? "Path: " : "File: ");
  switch (why.about) {
  case subject::pair: return "both client cert and client key must be provided";
  case subject::mismatch: return "tls: private key does not match public key";
  case subject::private_key: return why.operation ? unread : "tls: failed to find any PEM data in key input";
  case subject::certificate: {
    if (why.operation) return unread;
    auto content = read_file(why.file);
    if (content && content->find(" PRIVATE KEY-----") != std::string::npos)
      return "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM "
             "inputs may have been switched";
    return "tls: failed to find any PEM data in certificate input";
  }
  case subject::authority: return authorities + (why.operation ? unread : "Couldn't parse PEM in: " + why.file);
  case subject::authority_folder: return why.operation ? unread : authorities + "no files found in: " + why.file;
  default: return why.text();
  }
}

} // namespace

expected<tls_context> make_ssl_context(const tls_settings& settings) {
  tls_options options;
  options.side = tls_side::client;
  options.cert_file = settings.client_cert;
  options.key_file = settings.client_key;
  options.ca_file = settings.ca_file;
  options.ca_path = settings.ca_path;
  options.system_authorities = true;
  options.verification = settings.verify ? tls_verification::required : tls_verification::none;
  auto context = make_tls_context(options);
  if (!context) return fail(failure_text(context.error(), settings));
  return *context;
}

void prepare_ssl(SSL* ssl, const std::string& name) {
  auto parameters = SSL_get0_param(ssl);
  if (ip_address::parse(name)) {
    X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl, name.c_str());
    X509_VERIFY_PARAM_set_hostflags(parameters,
                                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    X509_VERIFY_PARAM_set1_host(parameters, name.c_str(), name.size());
  }
}

std::string tls_error_text(unsigned long code) {
  switch (ERR_GET_REASON(code)) {
  case SSL_R_HTTP_REQUEST:
  case SSL_R_WRONG_VERSION_NUMBER: return "http: server gave HTTP response to HTTPS client";
  case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED: return "remote error: tls: certificate required";
  case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE: return "remote error: tls: bad certificate";
  case SSL_R_TLSV1_ALERT_UNKNOWN_CA: return "remote error: tls: unknown certificate authority";
  case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE: return "remote error: tls: handshake failure";
  case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION: return "remote error: tls: protocol version not supported";
  case SSL_R_UNEXPECTED_EOF_WHILE_READING: return "EOF";
  default: break;
  }
  auto reason = ERR_reason_error_string(code);
  return std::string("tls: ") + (reason ? reason : "handshake failed");
}

} // namespace praetor::cli
