#pragma once

#include "protocol/acl/auth/jws.hpp"

#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace praetor::acl::auth {

/// A public key of the kinds RSA, ECDSA on P-256, P-384 and P-521, or Ed25519. Cheap to copy, safe to share.
class public_key {
public:
  enum class kind { rsa, p256, p384, p521, ed25519, other };

  public_key() = default;
  /// Parses the first PEM block of a text: a SubjectPublicKeyInfo, or a certificate, of which the key is taken.
  /// The errors are Consul's.
  static expected<public_key> of_pem(std::string_view text);
  /// From the numbers of a JSON Web Key (RFC 7518 6), big-endian.
  static expected<public_key> of_rsa(std::string_view modulus, std::string_view exponent);
  static expected<public_key> of_point(kind curve, std::string_view x, std::string_view y);
  static expected<public_key> of_ed25519(std::string_view x);

  /// Whether the signature is this key's. The key decides which algorithms it verifies: an RSA key RS* and PS*, a curve
  /// its own ES*, Ed25519 EdDSA. No key verifies "none" or a message authentication code.
  bool verifies(const signed_text& text) const;

private:
  explicit public_key(std::shared_ptr<evp_pkey_st> key);

  std::shared_ptr<evp_pkey_st> key_;
  kind kind_ = kind::other;
};

} // namespace praetor::acl::auth
