#include "actors/ports/root_certificate.hpp"

#include "actors/ports/tls/certificates.hpp"
#include "protocol/base/hex.hpp"

#include <array>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/sha.h>

namespace praetor {

namespace {

auto failed(const char* what) {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  return fail(std::string("making a root certificate: ") + what + ": " + text.data());
}

/// The authority key identifier equals the subject's, as clients of the mesh expect.
bool add_authority(X509* certificate, const std::string& key_digest) {
  octets_ptr id(ASN1_OCTET_STRING_new());
  if (!id || ASN1_OCTET_STRING_set(id.get(), reinterpret_cast<const unsigned char*>(key_digest.data()),
                                   static_cast<int>(key_digest.size())) != 1)
    return false;
  std::unique_ptr<AUTHORITY_KEYID, freed_by<AUTHORITY_KEYID_free>> authority(AUTHORITY_KEYID_new());
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

  auto key_digest = public_key_digest(key.get());
  if (key_digest.empty()) return failed("public key");

  if (!add_extension(cert, cert, NID_key_usage, "critical,digitalSignature,keyCertSign,cRLSign") ||
      !add_extension(cert, cert, NID_basic_constraints, "critical,CA:TRUE") || !add_key_identifier(cert, key_digest) ||
      !add_authority(cert, key_digest) ||
      !add_extension(cert, cert, NID_subject_alt_name, "URI:spiffe://" + request.cluster_id + ".consul"))
    return failed("extensions");
  if (X509_sign(cert, key.get(), EVP_sha256()) <= 0) return failed("signature");

  auto pem = pem_of(cert), key_pem = pem_of(key.get());
  if (pem.empty() || key_pem.empty()) return failed("PEM");
  std::array<unsigned char, SHA_DIGEST_LENGTH> fingerprint{};
  unsigned length = 0;
  if (X509_digest(cert, EVP_sha1(), fingerprint.data(), &length) != 1) return failed("fingerprint");

  root_certificate out;
  out.private_key = std::move(key_pem);
  out.root.id = hex({reinterpret_cast<const char*>(fingerprint.data()), length}, ":");
  out.root.name = "Consul CA Primary Cert";
  out.root.serial_number = request.serial;
  out.root.signing_key_id = hex(key_digest, ":");
  out.root.external_trust_domain = request.cluster_id;
  out.root.not_before = request.not_before;
  out.root.not_after = request.not_after;
  out.root.root_cert = std::move(pem);
  out.root.active = true;
  out.root.private_key_type = "ec";
  out.root.private_key_bits = 256;
  return out;
}

} // namespace praetor
