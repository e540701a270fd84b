#include "frontends/cli/tls_context.hpp"
#include "tests/unit/support/authority.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

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

TEST_CASE("what a command cannot use of its TLS files is named in Go's words") {
  pem_folder folder, nothing;
  authority ca("own"), other("other");
  auto leaf = ca.issue("a.example");
  auto certificate = folder.write("leaf.pem", leaf.certificate), key = folder.write("leaf.key", leaf.key);
  auto foreign_key = folder.write("other.key", other.issue("b.example").key);
  auto empty = nothing.write("empty.pem", "");
  auto text = [](const tls_settings& settings) {
    auto made = make_ssl_context(settings);
    return made ? std::string() : made.error().text;
  };
  auto with_pair = [](const std::string& certificate, const std::string& key) {
    tls_settings s;
    s.client_cert = certificate;
    s.client_key = key;
    return s;
  };
  CHECK(text(with_pair(certificate, key)).empty());
  CHECK(text(with_pair(certificate, "")) == "both client cert and client key must be provided");
  CHECK(text(with_pair("/nope", key)) == "open /nope: no such file or directory");
  CHECK(text(with_pair(empty, "/nope")) == "open /nope: no such file or directory");
  CHECK(text(with_pair(empty, key)) == "tls: failed to find any PEM data in certificate input");
  CHECK(
      text(with_pair(key, key)) ==
      "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have "
      "been switched");
  CHECK(text(with_pair(certificate, empty)) == "tls: failed to find any PEM data in key input");
  CHECK(text(with_pair(certificate, foreign_key)) == "tls: private key does not match public key");

  tls_settings file;
  file.ca_file = "/nope";
  CHECK(text(file) == "Error loading CA File: open /nope: no such file or directory");
  file.ca_file = empty;
  CHECK(text(file) == "Error loading CA File: Couldn't parse PEM in: " + empty);
  tls_settings path;
  path.ca_path = "/nope";
  CHECK(text(path) == "lstat /nope: no such file or directory");
  path.ca_path = std::filesystem::path(empty).parent_path();
  CHECK(text(path) == "Error loading CA Path: Couldn't parse PEM in: " + empty);
  std::filesystem::remove(empty);
  CHECK(text(path) == "Error loading CA Path: no files found in: " + path.ca_path);
}
