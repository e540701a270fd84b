#include "actors/ports/probe_tls.hpp"
#include "actors/ports/tls/tls_context.hpp"

#include <catch2/catch.hpp>

#include <openssl/ssl.h>

using namespace praetor;

namespace {

/// The names of the offered suites without an ephemeral key exchange.
std::string without_forward_secrecy(ssl_ctx_st* context) {
  std::string out;
  auto* suites = SSL_CTX_get_ciphers(context);
  for (int i = 0; i < sk_SSL_CIPHER_num(suites); ++i) {
    auto* suite = sk_SSL_CIPHER_value(suites, i);
    auto exchange = SSL_CIPHER_get_kx_nid(suite);
    if (exchange != NID_kx_ecdhe && exchange != NID_kx_any) out += std::string(SSL_CIPHER_get_name(suite)) + " ";
  }
  return out;
}

} // namespace

TEST_CASE("listeners and links between servers offer no key exchange by RSA unless a list of suites is given") {
  for (auto version : {"TLSv1_0", "TLSv1_2", "TLSv1_3"}) {
    tls_options options;
    options.min_version = version;
    auto context = make_tls_context(options);
    REQUIRE(context);
    CHECK(without_forward_secrecy(context->get()) == "");
    CHECK(sk_SSL_CIPHER_num(SSL_CTX_get_ciphers(context->get())) > 10);
  }
  tls_options named;
  named.cipher_suites = {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"};
  auto context = make_tls_context(named);
  REQUIRE(context);
  auto* suites = SSL_CTX_get_ciphers(context->get());
  std::string old;
  for (int i = 0; i < sk_SSL_CIPHER_num(suites); ++i)
    if (SSL_CIPHER_get_kx_nid(sk_SSL_CIPHER_value(suites, i)) == NID_kx_ecdhe)
      old += SSL_CIPHER_get_name(sk_SSL_CIPHER_value(suites, i));
  CHECK(old == "ECDHE-RSA-AES128-SHA");
}

TEST_CASE("health checks offer no key exchange by RSA") {
  probe_tls tls;
  std::string error;
  auto* context = tls.context(error);
  REQUIRE(context);
  CHECK(without_forward_secrecy(context) == "");
}
