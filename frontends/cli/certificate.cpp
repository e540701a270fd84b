#include "frontends/cli/certificate.hpp"

#include "actors/ports/tls/certificates.hpp"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>

namespace praetor::cli {

namespace {

tl::unexpected<error> failed(const std::string& what) {
  auto code = ERR_peek_last_error();
  ERR_clear_error();
  const char* why = ERR_reason_error_string(code);
  return fail(why ? what + ": " + why : what);
}

/// Formats names as "DNS:a, DNS:b".
void append(std::string& to, const char* kind, const std::vector<std::string>& names) {
  for (const auto& name : names) {
    if (!to.empty()) to += ",";
    to += kind + name;
  }
}

bool add_extensions(X509* to, X509* issuer, EVP_PKEY* key, const certificate_request& request) {
  std::string purposes, names, permitted;
  append(purposes, "", request.purposes);
  append(names, "DNS:", request.dns_names);
  append(names, "IP:", request.addresses);
  append(names, "URI:", request.uris);
  append(permitted, "permitted;DNS:", request.permitted_domains);
  bool ok =
      add_extension(to, issuer, NID_key_usage,
                    request.authority ? "critical,digitalSignature,keyCertSign,cRLSign"
                                      : "critical,digitalSignature,keyEncipherment") &&
      (purposes.empty() || add_extension(to, issuer, NID_ext_key_usage, purposes)) &&
      add_extension(to, issuer, NID_basic_constraints, request.authority ? "critical,CA:TRUE" : "critical,CA:FALSE") &&
      add_key_identifier(to, public_key_digest(key)) &&
      add_extension(to, issuer, NID_authority_key_identifier, "keyid:always");
  if (ok && !names.empty()) ok = add_extension(to, issuer, NID_subject_alt_name, names);
  if (ok && !permitted.empty()) ok = add_extension(to, issuer, NID_name_constraints, "critical," + permitted);
  return ok;
}

} // namespace

expected<std::string> new_serial_number() {
  number_ptr number(BN_new());
  if (!number || BN_priv_rand(number.get(), 128, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) != 1)
    return failed("no random number could be made");
  char* digits = BN_bn2dec(number.get());
  if (!digits) return failed("no random number could be made");
  std::string out = digits;
  OPENSSL_free(digits);
  return out;
}

expected<certificate> issue(const certificate_request& request, const std::string& serial, const certificate* issuer) {
  key_ptr key(EVP_EC_gen("P-256"));
  if (!key) return failed("no key could be made");
  certificate_ptr signer;
  key_ptr signing_key;
  if (issuer) {
    signer.reset(PEM_read_bio_X509(reader_of(issuer->certificate).get(), nullptr, nullptr, nullptr));
    if (!signer) return failed("the CA's file holds no certificate that can be read");
    signing_key.reset(PEM_read_bio_PrivateKey(reader_of(issuer->key).get(), nullptr, nullptr, nullptr));
    if (!signing_key) return failed("the CA key's file holds no key that can be read");
    if (X509_check_private_key(signer.get(), signing_key.get()) != 1) return failed("the CA's key is another one's");
  }
  certificate_ptr made(X509_new());
  BIGNUM* parsed = nullptr;
  if (!made || BN_dec2bn(&parsed, serial.c_str()) == 0) return failed("the serial number " + serial + " can't be used");
  number_ptr number(parsed);
  integer_ptr serial_number(BN_to_ASN1_INTEGER(number.get(), nullptr));
  bool ok = X509_set_version(made.get(), X509_VERSION_3) == 1 &&
            X509_set_serialNumber(made.get(), serial_number.get()) == 1 &&
            X509_gmtime_adj(X509_getm_notBefore(made.get()), 0) &&
            X509_time_adj_ex(X509_getm_notAfter(made.get()), static_cast<int>(request.lifetime.count()), 0, nullptr) &&
            X509_set_pubkey(made.get(), key.get()) == 1;
  auto* subject = X509_get_subject_name(made.get());
  for (const auto& [name, value] : request.subject)
    ok = ok && X509_NAME_add_entry_by_txt(subject, name.c_str(), MBSTRING_UTF8,
                                          reinterpret_cast<const unsigned char*>(value.c_str()), -1, -1, 0) == 1;
  ok = ok && X509_set_issuer_name(made.get(), X509_get_subject_name(signer ? signer.get() : made.get())) == 1 &&
       add_extensions(made.get(), signer ? signer.get() : made.get(), key.get(), request);
  if (!ok) return failed("the certificate can't be made");
  if (X509_sign(made.get(), signing_key ? signing_key.get() : key.get(), EVP_sha256()) == 0)
    return failed("the certificate can't be signed");
  auto text = pem_of(made.get());
  if (text.empty()) return failed("the certificate can't be written");
  auto key_text = pem_of(key.get());
  if (key_text.empty()) return failed("the key can't be written");
  return certificate{std::move(text), std::move(key_text)};
}

} // namespace praetor::cli
