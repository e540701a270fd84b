#include "actors/ports/probe_tls.hpp"

#include "actors/ports/tls/default_ciphers.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <vector>

namespace praetor {

namespace {

std::string last_error(const std::string& what) {
  char text[256] = "unknown error";
  if (auto code = ERR_get_error()) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return what + ": " + text;
}

std::string join(const std::vector<std::string>& parts) {
  std::string all;
  for (const auto& part : parts) all += (all.empty() ? "" : ", ") + part;
  return all;
}

struct subject_names {
  std::vector<std::string> dns, ip;
};

std::string address_text(const ASN1_OCTET_STRING* address) {
  char text[INET6_ADDRSTRLEN] = "";
  auto family = ASN1_STRING_length(address) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(address) != 16) return "?";
  inet_ntop(family, ASN1_STRING_get0_data(address), text, sizeof text);
  return text;
}

subject_names names_of(X509* certificate) {
  subject_names names;
  auto* list = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  if (!list) return names;
  for (int i = 0; i < sk_GENERAL_NAME_num(list); ++i) {
    const auto* name = sk_GENERAL_NAME_value(list, i);
    if (name->type == GEN_DNS)
      names.dns.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                             static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    else if (name->type == GEN_IPADD)
      names.ip.push_back(address_text(name->d.iPAddress));
  }
  GENERAL_NAMES_free(list);
  return names;
}

std::string judge_name(X509* certificate, const std::string& name) {
  in6_addr buffer{};
  bool is_ip = inet_pton(AF_INET, name.c_str(), &buffer) == 1 || inet_pton(AF_INET6, name.c_str(), &buffer) == 1;
  if (is_ip) {
    if (X509_check_ip_asc(certificate, name.c_str(), 0) == 1) return {};
    auto names = names_of(certificate).ip;
    if (names.empty())
      return "x509: cannot validate certificate for " + name + " because it doesn't contain any IP SANs";
    return "x509: certificate is valid for " + join(names) + ", not " + name;
  }
  // The subject's common name has not counted for long.
  if (X509_check_host(certificate, name.data(), name.size(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr) == 1)
    return {};
  auto names = names_of(certificate).dns;
  if (names.empty()) return "x509: certificate is not valid for any names, but wanted to match " + name;
  return "x509: certificate is valid for " + join(names) + ", not " + name;
}

} // namespace

ssl_ctx_st* probe_tls::context(std::string& error) {
  if (context_) return context_.get();
  std::shared_ptr<ssl_ctx_st> made(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_min_proto_version(made.get(), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(made.get(), default_ciphers);
  SSL_CTX_set_verify(made.get(), SSL_VERIFY_NONE, nullptr); // judge_certificate decides
  const auto& s = settings_;
  if (s.ca_file.empty() && s.ca_path.empty()) {
    SSL_CTX_set_default_verify_paths(made.get());
  } else if (SSL_CTX_load_verify_locations(made.get(), s.ca_file.empty() ? nullptr : s.ca_file.c_str(),
                                           s.ca_path.empty() ? nullptr : s.ca_path.c_str()) != 1) {
    error = last_error("loading the authorities of checks");
    return nullptr;
  }
  if (!s.cert_file.empty() && (SSL_CTX_use_certificate_chain_file(made.get(), s.cert_file.c_str()) != 1 ||
                               SSL_CTX_use_PrivateKey_file(made.get(), s.key_file.c_str(), SSL_FILETYPE_PEM) != 1)) {
    error = last_error("loading the certificate of checks");
    return nullptr;
  }
  context_ = std::move(made);
  return context_.get();
}

std::string judge_certificate(ssl_st* connection, const std::string& name) {
  const std::string prefix = "tls: failed to verify certificate: ";
  std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(connection), X509_free);
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
