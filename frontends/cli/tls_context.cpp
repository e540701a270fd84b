#include "frontends/cli/tls_context.hpp"

#include "frontends/cli/command.hpp"
#include "protocol/base/ip_address.hpp"

#include <algorithm>
#include <filesystem>
#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace praetor::cli {

namespace {

/// Adds every certificate of a PEM file; the error says that it can't be read or has none.
expected<void> trust_file(SSL_CTX* context, const std::string& path) {
  auto content = read_file(path);
  if (!content) return tl::make_unexpected(content.error());
  if (trust_authorities(context, *content) == 0) return fail("Couldn't parse PEM in: " + path);
  return {};
}

expected<void> trust_directory(SSL_CTX* context, const std::string& path) {
  std::error_code code;
  std::filesystem::recursive_directory_iterator files(path, code);
  if (code) return fail("lstat " + path + ": " + errno_text(code.value()));
  std::vector<std::string> names;
  for (auto& entry : files)
    if (entry.is_regular_file(code)) names.push_back(entry.path().lexically_normal());
  std::sort(names.begin(), names.end());
  if (names.empty()) return fail("Error loading CA Path: no files found in: " + path);
  for (auto& name : names)
    if (auto trusted = trust_file(context, name); !trusted)
      return fail("Error loading CA Path: " + trusted.error().text);
  return {};
}

expected<void> load_identity(SSL_CTX* context, const tls_settings& settings) {
  if (settings.client_cert.empty() && settings.client_key.empty()) return {};
  if (settings.client_cert.empty() || settings.client_key.empty())
    return fail("both client cert and client key must be provided");
  auto certificate = read_file(settings.client_cert);
  if (!certificate) return tl::make_unexpected(certificate.error());
  if (auto key = read_file(settings.client_key); !key) return tl::make_unexpected(key.error());
  bool loaded = SSL_CTX_use_certificate_chain_file(context, settings.client_cert.c_str()) == 1;
  if (!loaded) {
    ERR_clear_error();
    if (certificate->find(" PRIVATE KEY-----") != std::string::npos)
      return fail("tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM "
                  "inputs may have been switched");
    return fail("tls: failed to find any PEM data in certificate input");
  }
  loaded = SSL_CTX_use_PrivateKey_file(context, settings.client_key.c_str(), SSL_FILETYPE_PEM) == 1;
  auto reason = ERR_GET_REASON(ERR_peek_last_error());
  ERR_clear_error();
  if (loaded) return {};
  if (reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH)
    return fail("tls: private key does not match public key");
  return fail("tls: failed to find any PEM data in key input");
}

std::string verification_text(long result, const std::string& host, const std::string& names) {
  std::string start = "tls: failed to verify certificate: x509: ";
  switch (result) {
  case X509_V_ERR_CERT_HAS_EXPIRED:
  case X509_V_ERR_CERT_NOT_YET_VALID: return start + "certificate has expired or is not yet valid";
  case X509_V_ERR_IP_ADDRESS_MISMATCH:
    return start + "cannot validate certificate for " + host + " because it doesn't contain any IP SANs";
  case X509_V_ERR_HOSTNAME_MISMATCH:
    if (names.empty()) return start + "certificate is not valid for any names, but wanted to match " + host;
    return start + "certificate is valid for " + names + ", not " + host;
  default: return start + "certificate signed by unknown authority";
  }
}

} // namespace

expected<tls_context> make_ssl_context(const tls_settings& settings) {
  auto context = make_client_context();
  SSL_CTX_set_verify(context.get(), settings.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (auto loaded = load_identity(context.get(), settings); !loaded) return tl::make_unexpected(loaded.error());
  if (!settings.ca_file.empty()) {
    if (auto trusted = trust_file(context.get(), settings.ca_file); !trusted)
      return fail("Error loading CA File: " + trusted.error().text);
  } else if (!settings.ca_path.empty()) {
    if (auto trusted = trust_directory(context.get(), settings.ca_path); !trusted)
      return tl::make_unexpected(trusted.error());
  } else {
    SSL_CTX_set_default_verify_paths(context.get());
  }
  return context;
}

void prepare_ssl(SSL* ssl, const tls_settings& settings, const std::string& host) {
  auto& name = settings.server_name.empty() ? host : settings.server_name;
  auto parameters = SSL_get0_param(ssl);
  if (ip_address::parse(name)) {
    X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl, name.c_str());
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    X509_VERIFY_PARAM_set1_host(parameters, name.c_str(), name.size());
  }
}

std::string tls_error_text(SSL* ssl, unsigned long code, const std::string& host, const std::string& names) {
  switch (ERR_GET_REASON(code)) {
  case SSL_R_CERTIFICATE_VERIFY_FAILED: return verification_text(SSL_get_verify_result(ssl), host, names);
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
