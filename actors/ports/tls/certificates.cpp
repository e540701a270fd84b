#include "actors/ports/tls/certificates.hpp"

#include "protocol/base/ip_address.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>

namespace praetor {

namespace {

std::string content_of(BIO* bio) {
  char* data = nullptr;
  auto size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string bytes_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string address_text(const ASN1_OCTET_STRING* address) {
  char text[INET6_ADDRSTRLEN] = "";
  auto family = ASN1_STRING_length(address) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(address) != 16) return "?";
  inet_ntop(family, ASN1_STRING_get0_data(address), text, sizeof text);
  return text;
}

/// The error for a certificate that is not valid for the name, or "".
std::string name_fault(X509* certificate, const std::string& name) {
  if (ip_address::parse(name)) {
    if (X509_check_ip_asc(certificate, name.c_str(), 0) == 1) return {};
    auto names = joined_names(certificate, subject_name::kind::address);
    if (names.empty()) return "cannot validate certificate for " + name + " because it doesn't contain any IP SANs";
    return "certificate is valid for " + names + ", not " + name;
  }
  // Ignores the subject's common name, which is deprecated as a host name (RFC 9525).
  if (X509_check_host(certificate, name.data(), name.size(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr) == 1)
    return {};
  auto names = joined_names(certificate, subject_name::kind::dns);
  if (names.empty() && X509_check_host(certificate, name.data(), name.size(), 0, nullptr) == 1)
    return "certificate relies on legacy Common Name field, use SANs instead";
  if (names.empty()) return "certificate is not valid for any names, but wanted to match " + name;
  return "certificate is valid for " + names + ", not " + name;
}

} // namespace

bio_ptr reader_of(const std::string& text) {
  return bio_ptr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::vector<certificate_ptr> read_certificates(const std::string& pem) {
  std::vector<certificate_ptr> out;
  auto source = reader_of(pem);
  while (certificate_ptr next{PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr)})
    out.push_back(std::move(next));
  if (!out.empty()) ERR_clear_error(); // the end of the text sets an error
  return out;
}

std::string pem_of(X509* certificate) {
  bio_ptr out(BIO_new(BIO_s_mem()));
  return out && PEM_write_bio_X509(out.get(), certificate) == 1 ? content_of(out.get()) : "";
}

std::string pem_of(EVP_PKEY* key) {
  bio_ptr out(BIO_new(BIO_s_mem()));
  bool written =
      out && PEM_write_bio_PrivateKey_traditional(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1;
  return written ? content_of(out.get()) : "";
}

std::vector<subject_name> subject_names(const X509* certificate) {
  using kind = subject_name::kind;
  std::vector<subject_name> out;
  names_ptr all(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const auto* name = sk_GENERAL_NAME_value(all.get(), i);
    switch (name->type) {
    case GEN_DNS: out.push_back({kind::dns, bytes_of(name->d.dNSName)}); break;
    case GEN_URI: out.push_back({kind::uri, bytes_of(name->d.uniformResourceIdentifier)}); break;
    case GEN_IPADD: out.push_back({kind::address, address_text(name->d.iPAddress)}); break;
    default: break;
    }
  }
  return out;
}

std::string joined_names(const X509* certificate, subject_name::kind type) {
  std::string out;
  for (const auto& name : subject_names(certificate))
    if (name.type == type) out += (out.empty() ? "" : ", ") + name.text;
  return out;
}

std::string public_key_digest(const EVP_PKEY* key) {
  unsigned char* der = nullptr;
  auto size = i2d_PUBKEY(key, &der);
  if (size <= 0) return {};
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  bool hashed = EVP_Digest(der, static_cast<std::size_t>(size), digest, &length, EVP_sha256(), nullptr) == 1;
  OPENSSL_free(der);
  return hashed ? std::string(reinterpret_cast<const char*>(digest), length) : std::string();
}

bool add_key_identifier(X509* certificate, const std::string& digest) {
  octets_ptr octets(ASN1_OCTET_STRING_new());
  return !digest.empty() && octets &&
         ASN1_OCTET_STRING_set(octets.get(), reinterpret_cast<const unsigned char*>(digest.data()),
                               static_cast<int>(digest.size())) == 1 &&
         X509_add1_ext_i2d(certificate, NID_subject_key_identifier, octets.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  extension_ptr made(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return made && X509_add_ext(certificate, made.get(), -1) == 1;
}

std::string certificate_fault(X509* certificate, long verdict, const std::string& name) {
  const std::string start = "tls: failed to verify certificate: x509: ";
  if (!certificate) return start + "no certificate";
  if (auto fault = name_fault(certificate, name); !fault.empty()) return start + fault;
  switch (verdict) {
  case X509_V_OK: return {};
  case X509_V_ERR_CERT_HAS_EXPIRED:
  case X509_V_ERR_CERT_NOT_YET_VALID: return start + "certificate has expired or is not yet valid";
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return start + "certificate signed by unknown authority";
  default: return start + X509_verify_cert_error_string(verdict);
  }
}

} // namespace praetor
