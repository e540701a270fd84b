#include "frontends/cli/tls_context.hpp"

#include <catch2/catch.hpp>

using namespace praetor::cli;

TEST_CASE("commands offer no key exchange by RSA") {
  auto context = make_ssl_context({});
  REQUIRE(context);
  auto* suites = SSL_CTX_get_ciphers(context->get());
  REQUIRE(sk_SSL_CIPHER_num(suites) > 10);
  for (int i = 0; i < sk_SSL_CIPHER_num(suites); ++i) {
    auto* suite = sk_SSL_CIPHER_value(suites, i);
    auto exchange = SSL_CIPHER_get_kx_nid(suite);
    CAPTURE(SSL_CIPHER_get_name(suite));
    CHECK((exchange == NID_kx_ecdhe || exchange == NID_kx_any));
  }
}
