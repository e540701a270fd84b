#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

/// A private key that a test makes, and what it signs.
class signing_key {
public:
  /// @param algorithm RS256 to RS512, PS256 to PS512, ES256 to ES512, EdDSA
  explicit signing_key(const std::string& algorithm);

  std::string public_pem() const;
  /// As a JSON Web Key.
  std::string web_key(const std::string& id) const;
  /// A JSON Web Token. @param header without "alg", e.g. R"("kid":"a",)"
  std::string token(const std::string& payload, const std::string& header = {}) const;
  /// The signature of the algorithm, in the form of RFC 7518.
  std::string sign(std::string_view input) const;

private:
  std::string number(const char* parameter, std::size_t size) const;

  std::string algorithm_;
  std::shared_ptr<evp_pkey_st> key_;
};

/// Base64 for URLs without padding.
std::string base64url(std::string_view bytes);
/// A token of any header and signature.
std::string join_token(std::string_view header, std::string_view payload, std::string_view signature);
