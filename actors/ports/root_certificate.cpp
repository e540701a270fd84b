#include "actors/ports/root_certificate.hpp"

#include "protocol/base/hex.hpp"

#include <array>
#include <memory>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace praetor {

namespace {

template <auto Free>
struct deleter {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using bio_ptr = std::unique_ptr<BIO, deleter<BIO_free_all>>;
using key_ptr = std::unique_ptr<EVP_PKEY, deleter<EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, deleter<X509_free>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, deleter<X509_EXTENSION_free>>;
using octets_ptr = std::unique_ptr<ASN1_OCTET_STRING, deleter<ASN1_OCTET_STRING_free>>;

auto failed(const char* what) {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  return fail(std::string("making a root certificate: ") + what + ": " + text.data());
}

std::string drain(BIO* bio) {
  char* data = nullptr;
  auto size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

bool add_extension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  extension_ptr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// Subject and authority key identifier are the SHA-256 of the public key, as clients of the mesh expect.
bool add_key_identifiers(X509* certificate, const std::array<unsigned char, SHA256_DIGEST_LENGTH>& digest) {
  octets_ptr id(ASN1_OCTET_STRING_new());
  if (!id || ASN1_OCTET_STRING_set(id.get(), digest.data(), static_cast<int>(digest.size())) != 1) return false;
  if (X509_add1_ext_i2d(certificate, NID_subject_key_identifier, id.get(), 0, X509V3_ADD_DEFAULT) != 1) return false;
  std::unique_ptr<AUTHORITY_KEYID, deleter<AUTHORITY_KEYID_free>> authority(AUTHORITY_KEYID_new());
  authority->keyid = id.release();
  return X509_add1_ext_i2d(certificate, NID_authority_key_identifier, authority.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

bool set_time(ASN1_TIME* field, const timestamp& when) { return ASN1_TIME_set(field, when.seconds) != nullptr; }

} // namespace

expected<root_certificate> make_root_certificate(const root_certificate_request& request) {
  key_ptr key(EVP_EC_gen("P-256"));
  if (!key) return failed("key");
  certificate_ptr certificate(X509_new());
  auto* cert = certificate.get();
  if (!cert || X509_set_version(cert, X509_VERSION_3) != 1 || X509_set_pubkey(cert, key.get()) != 1)
    return failed("certificate");
  if (ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), request.serial) != 1) return failed("serial number");
  if (!set_time(X509_getm_notBefore(cert), request.not_before) ||
      !set_time(X509_getm_notAfter(cert), request.not_after))
    return failed("validity");

  auto name = "pri-" + request.unique + ".consul.ca." + request.cluster_id.substr(0, 8) + ".consul";
  auto* subject = X509_get_subject_name(cert);
  if (X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1,
                                 -1, 0) != 1 ||
      X509_set_issuer_name(cert, subject) != 1)
    return failed("subject");

  unsigned char* der = nullptr;
  auto der_size = i2d_PUBKEY(key.get(), &der);
  if (der_size <= 0) return failed("public key");
  std::array<unsigned char, SHA256_DIGEST_LENGTH> key_digest{};
  SHA256(der, static_cast<std::size_t>(der_size), key_digest.data());
  OPENSSL_free(der);

  if (!add_extension(cert, NID_key_usage, "critical,digitalSignature,keyCertSign,cRLSign") ||
      !add_extension(cert, NID_basic_constraints, "critical,CA:TRUE") || !add_key_identifiers(cert, key_digest) ||
      !add_extension(cert, NID_subject_alt_name, "URI:spiffe://" + request.cluster_id + ".consul"))
    return failed("extensions");
  if (X509_sign(cert, key.get(), EVP_sha256()) <= 0) return failed("signature");

  bio_ptr pem(BIO_new(BIO_s_mem())), key_pem(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(pem.get(), cert) != 1 ||
      PEM_write_bio_PrivateKey_traditional(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return failed("PEM");
  std::array<unsigned char, SHA_DIGEST_LENGTH> fingerprint{};
  unsigned length = 0;
  if (X509_digest(cert, EVP_sha1(), fingerprint.data(), &length) != 1) return failed("fingerprint");

  root_certificate out;
  out.private_key = drain(key_pem.get());
  out.root.id = hex({reinterpret_cast<const char*>(fingerprint.data()), length}, ":");
  out.root.name = "Consul CA Primary Cert";
  out.root.serial_number = request.serial;
  out.root.signing_key_id = hex({reinterpret_cast<const char*>(key_digest.data()), key_digest.size()}, ":");
  out.root.external_trust_domain = request.cluster_id;
  out.root.not_before = request.not_before;
  out.root.not_after = request.not_after;
  out.root.root_cert = drain(pem.get());
  out.root.active = true;
  out.root.private_key_type = "ec";
  out.root.private_key_bits = 256;
  return out;
}

} // namespace praetor
