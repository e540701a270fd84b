#include "signing_key.hpp"

#include "protocol/codec/base64.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <vector>

using namespace praetor;

namespace {

struct curve_names {
  const char *group, *name;
  int bytes;
};
curve_names curve_of(const std::string& algorithm) {
  if (algorithm == "ES256") return {"P-256", "P-256", 32};
  if (algorithm == "ES384") return {"P-384", "P-384", 48};
  return {"P-521", "P-521", 66};
}

std::string big_endian(const BIGNUM* number, int size) {
  std::vector<unsigned char> out(static_cast<std::size_t>(size > 0 ? size : BN_num_bytes(number)));
  REQUIRE(BN_bn2binpad(number, out.data(), static_cast<int>(out.size())) >= 0);
  return {out.begin(), out.end()};
}

} // namespace

signing_key::signing_key(const std::string& algorithm) : algorithm_(algorithm) {
  auto* key = algorithm == "EdDSA"         ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
              : algorithm.starts_with("E") ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve_of(algorithm).group)
                                           : EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048});
  REQUIRE(key);
  key_ = {key, EVP_PKEY_free};
}

std::string signing_key::public_pem() const {
  std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  REQUIRE(PEM_write_bio_PUBKEY(out.get(), key_.get()) == 1);
  char* text = nullptr;
  auto size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string signing_key::number(const char* parameter, std::size_t size) const {
  BIGNUM* value = nullptr;
  REQUIRE(EVP_PKEY_get_bn_param(key_.get(), parameter, &value) == 1);
  std::unique_ptr<BIGNUM, decltype(&BN_free)> owner(value, BN_free);
  return base64url(big_endian(value, static_cast<int>(size)));
}

std::string signing_key::web_key(const std::string& id) const {
  auto start = R"({"kid":")" + id + R"(","use":"sig",)";
  if (algorithm_ == "EdDSA") {
    std::vector<unsigned char> raw(32);
    auto size = raw.size();
    REQUIRE(EVP_PKEY_get_raw_public_key(key_.get(), raw.data(), &size) == 1);
    return start + R"("kty":"OKP","crv":"Ed25519","x":")" + base64url(std::string(raw.begin(), raw.end())) + "\"}";
  }
  if (!algorithm_.starts_with("E"))
    return start + R"("kty":"RSA","n":")" + number(OSSL_PKEY_PARAM_RSA_N, 0) + R"(","e":")" +
           number(OSSL_PKEY_PARAM_RSA_E, 0) + "\"}";
  auto curve = curve_of(algorithm_);
  auto size = static_cast<std::size_t>(curve.bytes);
  return start + R"("kty":"EC","crv":")" + curve.name + R"(","x":")" + number(OSSL_PKEY_PARAM_EC_PUB_X, size) +
         R"(","y":")" + number(OSSL_PKEY_PARAM_EC_PUB_Y, size) + "\"}";
}

std::string signing_key::sign(std::string_view input) const {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* options = nullptr;
  auto digest = algorithm_ == "EdDSA" ? std::string() : "SHA" + algorithm_.substr(2);
  REQUIRE(EVP_DigestSignInit_ex(context.get(), &options, digest.empty() ? nullptr : digest.c_str(), nullptr, nullptr,
                                key_.get(), nullptr) == 1);
  if (algorithm_.starts_with("PS")) {
    REQUIRE(EVP_PKEY_CTX_ctrl_str(options, "rsa_padding_mode", "pss") > 0);
    REQUIRE(EVP_PKEY_CTX_ctrl_str(options, "rsa_pss_saltlen", "digest") > 0);
  }
  std::vector<unsigned char> out(1024);
  auto size = out.size();
  auto* bytes = reinterpret_cast<const unsigned char*>(input.data());
  REQUIRE(EVP_DigestSign(context.get(), out.data(), &size, bytes, input.size()) == 1);
  out.resize(size);
  if (!algorithm_.starts_with("ES")) return {out.begin(), out.end()};
  const unsigned char* at = out.data();
  std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)),
                                                             ECDSA_SIG_free);
  auto coordinate = curve_of(algorithm_).bytes;
  return big_endian(ECDSA_SIG_get0_r(pair.get()), coordinate) + big_endian(ECDSA_SIG_get0_s(pair.get()), coordinate);
}

std::string signing_key::token(const std::string& payload, const std::string& header) const {
  auto input = base64url("{" + header + R"("alg":")" + algorithm_ + "\"}") + "." + base64url(payload);
  return input + "." + base64url(sign(input));
}

std::string base64url(std::string_view bytes) {
  auto out = base64_encode(bytes);
  while (out.ends_with('=')) out.pop_back();
  std::replace(out.begin(), out.end(), '+', '-');
  std::replace(out.begin(), out.end(), '/', '_');
  return out;
}

std::string join_token(std::string_view header, std::string_view payload, std::string_view signature) {
  return base64url(header) + "." + base64url(payload) + "." + base64url(signature);
}
