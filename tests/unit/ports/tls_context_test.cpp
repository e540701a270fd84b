#include "actors/ports/probe_tls.hpp"
#include "actors/ports/tls/tls_context.hpp"
#include "tests/unit/support/authority.hpp"

#include <catch2/catch.hpp>

#include <openssl/ssl.h>

using namespace praetor;

namespace {

/// The names of the suites that a context offers without an ephemeral key exchange.
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

using session_ptr = std::shared_ptr<SSL>;

/// Two sessions that have shaken hands in memory, as far as they came.
struct meeting {
  session_ptr listener, client;
  bool agreed = false; ///< for both it is done
};

/// @param offered protocols of the client as ALPN writes them: each with its length before it
meeting meet(const tls_options& listener, const tls_options& client, const std::string& offered = {}) {
  auto session = [](const tls_options& options) {
    auto context = make_tls_context(options);
    REQUIRE(context);
    return session_ptr(SSL_new(context->get()), SSL_free);
  };
  meeting m{session(listener), session(client)};
  SSL_set_alpn_protos(m.client.get(), reinterpret_cast<const unsigned char*>(offered.data()),
                      static_cast<unsigned>(offered.size()));
  BIO *here = nullptr, *there = nullptr;
  REQUIRE(BIO_new_bio_pair(&here, 0, &there, 0) == 1);
  SSL_set_bio(m.listener.get(), here, here);
  SSL_set_bio(m.client.get(), there, there);
  SSL_set_accept_state(m.listener.get());
  SSL_set_connect_state(m.client.get());
  bool one = false, other = false;
  // The client of TLS 1.3 is done before the listener has judged it; its next read hears of a refusal.
  for (int flights = 0; flights < 10; ++flights) {
    other = SSL_do_handshake(m.client.get()) == 1;
    one = SSL_do_handshake(m.listener.get()) == 1;
  }
  m.agreed = one && other;
  return m;
}

/// Two authorities, and what they have signed.
struct files {
  pem_folder folder;
  authority own{"own"}, foreign{"foreign"};
  std::string own_ca = folder.write("own.pem", own.certificate());
  std::string foreign_ca = folder.write("foreign.pem", foreign.certificate());

  static tls_options show(tls_side side, const authority& by) {
    auto leaf = by.issue("leaf.example");
    tls_options out;
    out.side = side;
    out.certificate = leaf.certificate;
    out.private_key = leaf.key;
    return out;
  }
  tls_options listener(tls_verification demanded = tls_verification::none) const {
    auto out = show(tls_side::listener, own);
    out.ca_file = own_ca;
    out.verification = demanded;
    return out;
  }
  tls_options client(tls_verification demanded = tls_verification::none) const {
    tls_options out;
    out.side = tls_side::client;
    out.ca_file = own_ca;
    out.verification = demanded;
    return out;
  }
};

long verdict(const session_ptr& session) { return SSL_get_verify_result(session.get()); }

} // namespace

TEST_CASE("a listener demands of its clients' certificates what its row says") {
  files f;
  auto nobody = f.client(), good = files::show(tls_side::client, f.own), bad = files::show(tls_side::client, f.foreign);
  SECTION("required: without one of its authorities' there is no connection") {
    auto listener = f.listener(tls_verification::required);
    CHECK(meet(listener, good).agreed);
    CHECK_FALSE(meet(listener, nobody).agreed);
    CHECK_FALSE(meet(listener, bad).agreed);
  }
  SECTION("judged: the handshake goes through and the verdict is kept") {
    auto listener = f.listener(tls_verification::judged);
    CHECK(meet(listener, nobody).agreed);
    auto trusted = meet(listener, good), stranger = meet(listener, bad);
    CHECK(trusted.agreed);
    CHECK(verdict(trusted.listener) == X509_V_OK);
    CHECK(stranger.agreed);
    CHECK(verdict(stranger.listener) != X509_V_OK);
    CHECK(SSL_get0_peer_certificate(stranger.listener.get()) != nullptr);
  }
  SECTION("none: it asks for none") {
    auto m = meet(f.listener(), good);
    CHECK(m.agreed);
    CHECK(SSL_get0_peer_certificate(m.listener.get()) == nullptr);
  }
}

TEST_CASE("a client demands of the listener's certificate what its row says") {
  files f;
  auto good = files::show(tls_side::listener, f.own), bad = files::show(tls_side::listener, f.foreign);
  CHECK(meet(good, f.client(tls_verification::required)).agreed);
  CHECK_FALSE(meet(bad, f.client(tls_verification::required)).agreed);
  auto judged = meet(bad, f.client(tls_verification::judged));
  CHECK(judged.agreed);
  CHECK(verdict(judged.client) == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
  CHECK(verdict(meet(good, f.client(tls_verification::judged)).client) == X509_V_OK);
  CHECK(meet(bad, f.client()).agreed);
}

TEST_CASE("authorities come from a file, or else from a folder with those below it, or else from the system") {
  files f;
  pem_folder both;
  both.write("b.pem", f.foreign.certificate());
  both.write("a.pem", f.own.certificate());
  auto folder = std::filesystem::path(both.write("c.pem", f.own.certificate())).parent_path().string();
  auto trusts = [&](tls_options client, const authority& by) {
    client.verification = tls_verification::required;
    return meet(files::show(tls_side::listener, by), client).agreed;
  };
  auto client = f.client();
  CHECK_FALSE(trusts(client, f.foreign));
  client.ca_path = folder;
  CHECK_FALSE(trusts(client, f.foreign));
  client.ca_file.clear();
  CHECK(trusts(client, f.own));
  CHECK(trusts(client, f.foreign));
  client.ca_path.clear();
  client.system_authorities = true;
  CHECK_FALSE(trusts(client, f.own));
}

TEST_CASE("a listener of one protocol refuses clients that insist on another") {
  files f;
  auto listener = f.listener();
  CHECK(meet(listener, f.client(), "\x02h2").agreed);
  listener.application_protocol = "http/1.1";
  CHECK(meet(listener, f.client()).agreed);
  CHECK_FALSE(meet(listener, f.client(), "\x02h2").agreed);
  auto m = meet(listener, f.client(), "\x02h2\x08http/1.1");
  CHECK(m.agreed);
  const unsigned char* chosen = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(m.client.get(), &chosen, &length);
  CHECK(std::string(reinterpret_cast<const char*>(chosen), length) == "http/1.1");
}

TEST_CASE("the oldest version and the resumption of sessions are those of the row") {
  files f;
  auto listener = f.listener();
  auto context = make_tls_context(listener);
  REQUIRE(context);
  CHECK(SSL_CTX_get_min_proto_version(context->get()) == TLS1_2_VERSION);
  CHECK(SSL_CTX_get_num_tickets(context->get()) > 0);
  listener.min_version = "TLSv1_3";
  listener.resumable = false;
  context = make_tls_context(listener);
  REQUIRE(context);
  CHECK(SSL_CTX_get_min_proto_version(context->get()) == TLS1_3_VERSION);
  CHECK(SSL_CTX_get_num_tickets(context->get()) == 0);
}

TEST_CASE("what cannot be used is named") {
  using subject = tls_failure::subject;
  files f;
  auto empty = f.folder.write("empty.pem", "");
  auto failure = [](const tls_options& options) {
    auto made = make_tls_context(options);
    REQUIRE_FALSE(made);
    return made.error();
  };
  auto options = f.listener();
  options.private_key.clear();
  CHECK(failure(options).about == subject::pair);
  options.private_key = f.foreign.issue("other.example").key;
  CHECK(failure(options).about == subject::mismatch);
  options.private_key = "no key";
  CHECK(failure(options).about == subject::private_key);
  options = f.listener();
  options.certificate.clear();
  options.cert_file = "/nowhere.pem";
  auto unread = failure(options);
  CHECK(unread.about == subject::certificate);
  CHECK(unread.system_error == ENOENT);
  CHECK(unread.text() == "Failed to load cert/key pair: open /nowhere.pem: No such file or directory");
  options.cert_file = empty;
  CHECK(failure(options).about == subject::certificate);
  CHECK(failure(options).file == empty);
  options = f.client();
  options.ca_file = empty;
  CHECK(failure(options).text() == "Error loading from " + empty + ": no certificates found");
  options.ca_file.clear();
  options.ca_path = "/nowhere";
  CHECK(failure(options).text() == "Error loading from /nowhere: No such file or directory");
  CHECK(failure(options).about == subject::authority_folder);
  pem_folder nothing;
  options.ca_path = std::filesystem::path(nothing.write("x", "")).parent_path();
  CHECK(failure(options).about == subject::authority);
  options = {};
  options.verification = tls_verification::required;
  CHECK(failure(options).about == subject::no_authority);
}

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
  auto context = probe_tls().context();
  REQUIRE(context);
  CHECK(without_forward_secrecy(context->get()) == "");
}
