#include "protocol/acl/auth/public_key.hpp"

#include "protocol/codec/base64.hpp"

#include <array>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <optional>

namespace praetor::acl::auth {

namespace {

using key_ptr = std::shared_ptr<evp_pkey_st>;

key_ptr owned(evp_pkey_st* key) { return key ? key_ptr(key, EVP_PKEY_free) : nullptr; }

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// ---- DER, as far as keys and signatures need it (X.690 8)

std::string der(char tag, std::string_view content) {
  std::string out(1, tag);
  constexpr std::size_t short_form = 0x80;
  if (content.size() < short_form) {
    out += static_cast<char>(content.size());
  } else {
    std::string size;
    for (auto left = content.size(); left > 0; left >>= 8) size.insert(size.begin(), static_cast<char>(left));
    out += static_cast<char>(short_form | size.size());
    out += size;
  }
  return out.append(content);
}
std::string sequence(std::string_view content) { return der(0x30, content); }
std::string bit_string(std::string_view content) { return der(0x03, std::string(1, '\0').append(content)); }
/// An unsigned big-endian number.
std::string integer(std::string_view number) {
  while (number.size() > 1 && number[0] == '\0') number.remove_prefix(1);
  bool negative = !number.empty() && (static_cast<unsigned char>(number[0]) & 0x80) != 0;
  return der(0x02, number.empty() || negative ? std::string(1, '\0').append(number) : std::string(number));
}

// Object identifiers and parameters of SubjectPublicKeyInfo (RFC 3279 2.3, RFC 5480 2.1.1).
constexpr std::string_view rsa_encryption("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00", 13),
    ec_public_key("\x06\x07\x2a\x86\x48\xce\x3d\x02\x01", 9);

struct curve_row {
  public_key::kind kind;
  std::string_view identifier; ///< DER of the object identifier
  const char* group;           ///< OpenSSL's name
  std::string_view algorithm;
  const char* digest;
  std::size_t bytes; ///< of a coordinate
};
constexpr std::array curves{
    curve_row{
        public_key::kind::p256, {"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", 10}, "prime256v1", "ES256", "SHA256", 32},
    curve_row{public_key::kind::p384, {"\x06\x05\x2b\x81\x04\x00\x22", 7}, "secp384r1", "ES384", "SHA384", 48},
    curve_row{public_key::kind::p521, {"\x06\x05\x2b\x81\x04\x00\x23", 7}, "secp521r1", "ES512", "SHA512", 66},
};
const curve_row* find_curve(public_key::kind kind) {
  for (const auto& row : curves)
    if (row.kind == kind) return &row;
  return nullptr;
}

key_ptr of_subject_info(std::string_view info) {
  auto at = bytes_of(info);
  return owned(d2i_PUBKEY(nullptr, &at, static_cast<long>(info.size())));
}

public_key::kind kind_of(const key_ptr& key) {
  switch (EVP_PKEY_get_base_id(key.get())) {
  case EVP_PKEY_RSA: return public_key::kind::rsa;
  case EVP_PKEY_ED25519: return public_key::kind::ed25519;
  case EVP_PKEY_EC: break;
  default: return public_key::kind::other;
  }
  std::array<char, 64> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key.get(), name.data(), name.size(), &size) == 1)
    for (const auto& row : curves)
      if (std::string_view(name.data(), size) == row.group) return row.kind;
  return public_key::kind::other;
}

// ---- PEM

/// The bytes of the first block of a PEM text; nothing if there is none.
std::optional<std::string> first_block(std::string_view text) {
  constexpr std::string_view begin = "-----BEGIN ", end = "-----END ", dashes = "-----";
  auto start = text.find(begin);
  if (start == text.npos) return {};
  text.remove_prefix(start + begin.size());
  auto label_end = text.find(dashes);
  if (label_end == text.npos) return {};
  auto label = text.substr(0, label_end);
  text.remove_prefix(label_end + dashes.size());
  auto body_end = text.find(std::string(end).append(label).append(dashes));
  if (body_end == text.npos) return {};
  auto bytes = base64_decode(std::string(text.substr(0, body_end)));
  if (!bytes) return {};
  return std::move(*bytes);
}

key_ptr of_certificate(std::string_view bytes) {
  auto at = bytes_of(bytes);
  std::unique_ptr<X509, decltype(&X509_free)> certificate(d2i_X509(nullptr, &at, static_cast<long>(bytes.size())),
                                                          X509_free);
  return certificate ? owned(X509_get_pubkey(certificate.get())) : nullptr;
}

// ---- Signatures

bool verify(const key_ptr& key, const char* digest, bool pss, std::string_view input, std::string_view signature) {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* options = nullptr;
  if (!context || EVP_DigestVerifyInit_ex(context.get(), &options, digest, nullptr, nullptr, key.get(), nullptr) != 1)
    return false;
  if (pss && (EVP_PKEY_CTX_ctrl_str(options, "rsa_padding_mode", "pss") <= 0 ||
              EVP_PKEY_CTX_ctrl_str(options, "rsa_pss_saltlen", "auto") <= 0))
    return false;
  return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(input), input.size()) == 1;
}

/// The digest of "RS256" and the like; null for another algorithm.
const char* digest_of(std::string_view algorithm, std::string_view family) {
  if (!algorithm.starts_with(family)) return nullptr;
  auto size = algorithm.substr(family.size());
  return size == "256" ? "SHA256" : size == "384" ? "SHA384" : size == "512" ? "SHA512" : nullptr;
}

tl::unexpected<error> no_key() { return fail("data does not contain any valid RSA, ECDSA, or ED25519 public keys"); }

} // namespace

public_key::public_key(key_ptr key) : key_(std::move(key)), kind_(kind_of(key_)) {}

expected<public_key> public_key::of_pem(std::string_view text) {
  auto block = first_block(text);
  if (!block) return no_key();
  auto key = of_subject_info(*block);
  if (!key) key = of_certificate(*block);
  if (!key) return fail(block->starts_with('\x30') ? "x509: malformed tbs certificate" : "x509: malformed certificate");
  public_key out(std::move(key));
  if (out.kind_ == kind::other) return no_key();
  return out;
}

expected<public_key> public_key::of_rsa(std::string_view modulus, std::string_view exponent) {
  auto numbers = sequence(integer(modulus) + integer(exponent));
  auto key = of_subject_info(sequence(sequence(rsa_encryption) + bit_string(numbers)));
  if (!key) return fail("go-jose/go-jose: invalid RSA key");
  return public_key(std::move(key));
}

expected<public_key> public_key::of_point(kind curve, std::string_view x, std::string_view y) {
  const auto* row = find_curve(curve);
  if (!row) return fail("go-jose/go-jose: unsupported elliptic curve");
  if (x.size() != row->bytes) return fail("go-jose/go-jose: invalid EC public key, wrong length for x");
  if (y.size() != row->bytes) return fail("go-jose/go-jose: invalid EC public key, wrong length for y");
  auto point = std::string(1, '\x04').append(x).append(y); // uncompressed (SEC 1 2.3.3)
  auto algorithm = sequence(std::string(ec_public_key).append(row->identifier));
  auto key = of_subject_info(sequence(algorithm + bit_string(point)));
  if (!key) return fail("go-jose/go-jose: invalid EC key, X/Y are not on declared curve");
  return public_key(std::move(key));
}

expected<public_key> public_key::of_ed25519(std::string_view x) {
  auto key = owned(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(x), x.size()));
  if (!key) return fail("go-jose/go-jose: invalid Ed key");
  return public_key(std::move(key));
}

bool public_key::verifies(const signed_text& text) const {
  if (!key_ || !text.verifiable) return false;
  if (kind_ == kind::ed25519)
    return text.algorithm == "EdDSA" && verify(key_, nullptr, false, text.input, text.signature);
  if (kind_ == kind::rsa) {
    if (auto* digest = digest_of(text.algorithm, "RS")) return verify(key_, digest, false, text.input, text.signature);
    auto* digest = digest_of(text.algorithm, "PS");
    return digest && verify(key_, digest, true, text.input, text.signature);
  }
  const auto* curve = find_curve(kind_);
  if (!curve || text.algorithm != curve->algorithm || text.signature.size() != 2 * curve->bytes) return false;
  // RFC 7518 3.4: both numbers, one after the other.
  std::string_view numbers = text.signature;
  auto pair = sequence(integer(numbers.substr(0, curve->bytes)) + integer(numbers.substr(curve->bytes)));
  return verify(key_, curve->digest, false, text.input, pair);
}

} // namespace praetor::acl::auth
