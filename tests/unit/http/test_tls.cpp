#include "loopback.hpp"

#include <catch2/catch.hpp>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

using namespace praetor;
using namespace praetor::http;
using namespace praetor::http::test;

namespace {

struct identity {
  std::string certificate, key;
  std::shared_ptr<X509> x509;
  std::shared_ptr<EVP_PKEY> secret;
};

template <class Write>
std::string pem(Write write) {
  BIO* bio = BIO_new(BIO_s_mem());
  write(bio);
  char* data = nullptr;
  auto size = BIO_get_mem_data(bio, &data);
  std::string out(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return out;
}

/// A certificate for `name`, signed by `issuer` or self-signed.
identity make_identity(const std::string& name, const identity* issuer = nullptr) {
  static long serial = 1;
  identity out;
  out.secret.reset(EVP_EC_gen("P-256"), EVP_PKEY_free);
  out.x509.reset(X509_new(), X509_free);
  auto* x = out.x509.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
  X509_gmtime_adj(X509_getm_notBefore(x), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x), 3600);
  X509_set_pubkey(x, out.secret.get());
  auto* subject = X509_get_subject_name(x);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(x, issuer ? X509_get_subject_name(issuer->x509.get()) : subject);
  auto* basic = X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, issuer ? "CA:FALSE" : "critical,CA:TRUE");
  X509_add_ext(x, basic, -1);
  X509_EXTENSION_free(basic);
  X509_sign(x, issuer ? issuer->secret.get() : out.secret.get(), EVP_sha256());
  out.certificate = pem([&](BIO* bio) { PEM_write_bio_X509(bio, x); });
  out.key =
      pem([&](BIO* bio) { PEM_write_bio_PrivateKey(bio, out.secret.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  return out;
}

/// A blocking client that trusts `authority` and may present a certificate.
class tls_client {
public:
  tls_client(std::uint16_t port, const identity& authority, const identity* own = nullptr, int max_version = 0,
             bool offer_http2 = false)
      : raw_(port), context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), authority.x509.get());
    if (own) {
      SSL_CTX_use_certificate(context_.get(), own->x509.get());
      SSL_CTX_use_PrivateKey(context_.get(), own->secret.get());
    }
    if (max_version) SSL_CTX_set_max_proto_version(context_.get(), max_version);
    session_.reset(SSL_new(context_.get()), SSL_free);
    if (offer_http2)
      SSL_set_alpn_protos(session_.get(), reinterpret_cast<const unsigned char*>("\x02h2\x08http/1.1"), 12);
    SSL_set_fd(session_.get(), raw_.socket());
    connected_ = SSL_connect(session_.get()) == 1;
  }

  bool connected() const { return connected_; }
  std::string protocol() const {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(session_.get(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
  }
  void send(const std::string& bytes) { SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size())); }
  /// Reads until `enough` is satisfied, or the connection closes.
  template <class Enough>
  std::string read(Enough enough) {
    std::string out;
    char buffer[65536];
    while (!enough(out)) {
      int n = SSL_read(session_.get(), buffer, sizeof buffer);
      if (n <= 0) break;
      out.append(buffer, static_cast<std::size_t>(n));
    }
    return out;
  }
  std::string answer() {
    return read([](const std::string& text) { return parse_answer(text).whole; });
  }
  std::string served_by() const {
    std::shared_ptr<X509> shown(SSL_get1_peer_certificate(session_.get()), X509_free);
    char name[100] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(shown.get()), NID_commonName, name, sizeof name);
    return name;
  }

private:
  raw_client raw_;
  std::shared_ptr<SSL_CTX> context_;
  std::shared_ptr<SSL> session_;
  bool connected_ = false;
};

server_options https(const identity& shown) {
  server_options options;
  listener_options listener{"127.0.0.1"};
  listener.tls = true;
  options.listeners = {listener};
  options.tls.certificate = shown.certificate;
  options.tls.private_key = shown.key;
  return options;
}

} // namespace

TEST_CASE("HTTPS serves requests, large ones and those behind each other too") {
  auto authority = make_identity("authority");
  auto shown = make_identity("first", &authority);
  test_server server(https(shown));
  tls_client client(server.port(), authority, nullptr, 0, true);
  REQUIRE(client.connected());
  CHECK(client.protocol() == "http/1.1");
  client.send(get);
  CHECK(client.answer().ends_with("GET /echo"));
  client.send("GET /text/3000000 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(parse_answer(client.answer()).body.size() == 3000000);
  std::string body(300000, 'b');
  client.send("PUT /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n" + body + get + get);
  auto both = client.read([](const std::string& text) {
    auto first = text.find("GET /echo");
    return first != std::string::npos && text.find("GET /echo", first + 1) != std::string::npos;
  });
  CHECK(both.find("PUT /echo <" + body + ">") != std::string::npos);
  client.send("GET /keep HTTP/1.1\r\nHost: a\r\n\r\n" + get);
  auto exchange = server.kept.take();
  REQUIRE(exchange);
  (*exchange)->respond(text_answer("later"));
  auto rest = client.read([](const std::string& text) { return text.find("GET /echo") != std::string::npos; });
  CHECK(rest.find("later") < rest.find("GET /echo"));
}

TEST_CASE("client certificates are demanded where that is configured") {
  auto authority = make_identity("authority"), stranger = make_identity("stranger");
  auto shown = make_identity("server", &authority), good = make_identity("good", &authority),
       bad = make_identity("bad", &stranger);
  auto options = https(shown);
  options.tls.verification = tls_verification::required;
  options.tls.ca_certificates = {authority.certificate};
  test_server server(options);
  auto served = [&](const identity* own) {
    tls_client client(server.port(), authority, own);
    client.send(get);
    return client.answer().ends_with("GET /echo");
  };
  CHECK(served(&good));
  CHECK_FALSE(served(nullptr));
  CHECK_FALSE(served(&bad));
  for (int i = 0; i < 2; ++i) CHECK(server.logged.take() == "TLS handshake with 127.0.0.1 failed");
  CHECK(server.server.counters().handshakes_failed == 2);
}

TEST_CASE("certificates can be changed while connections are open") {
  auto authority = make_identity("authority");
  auto old_one = make_identity("old", &authority), new_one = make_identity("new", &authority);
  test_server server(https(old_one));
  tls_client before(server.port(), authority);
  REQUIRE(before.connected());
  CHECK(before.served_by() == "old");
  REQUIRE(server.server.reload_tls(https(new_one).tls));
  tls_client after(server.port(), authority);
  REQUIRE(after.connected());
  CHECK(after.served_by() == "new");
  before.send(get);
  CHECK(before.answer().ends_with("GET /echo"));
  tls_options broken = https(new_one).tls;
  broken.private_key = old_one.key;
  CHECK_FALSE(server.server.reload_tls(broken));
  tls_client still(server.port(), authority);
  CHECK(still.connected());
}

TEST_CASE("the oldest version of TLS is the configured one") {
  auto authority = make_identity("authority");
  auto shown = make_identity("server", &authority);
  auto options = https(shown);
  options.tls.min_version = "TLSv1_3";
  test_server server(options);
  CHECK_FALSE(tls_client(server.port(), authority, nullptr, TLS1_2_VERSION).connected());
  CHECK(tls_client(server.port(), authority, nullptr, TLS1_3_VERSION).connected());
  options.tls.min_version = "";
  options.tls.cipher_suites = {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"};
  test_server other(options);
  CHECK(tls_client(other.port(), authority, nullptr, TLS1_2_VERSION).connected());
}

TEST_CASE("a client that speaks plain HTTP to an HTTPS port is told so") {
  auto authority = make_identity("authority");
  test_server server(https(authority));
  raw_client client(server.port());
  CHECK(client.send(get).rest() == "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n");
}

TEST_CASE("a handshake does not last for ever") {
  auto authority = make_identity("authority");
  auto options = https(authority);
  options.limits.handshake_timeout = std::chrono::milliseconds(100);
  test_server server(options);
  raw_client client(server.port());
  CHECK(client.rest().empty());
  CHECK(server.logged.take() == "TLS handshake with 127.0.0.1 took too long");
}

TEST_CASE("what is wrong with TLS settings is said at the start") {
  auto authority = make_identity("authority"), other = make_identity("other");
  auto problem = [](server_options options) {
    praetor::http::server server;
    auto result = server.start(std::move(options), [](const api::exchange_ptr&) {});
    return result ? std::string() : result.error().text;
  };
  auto options = https(authority);
  options.tls.private_key.clear();
  CHECK(problem(options) == "an HTTPS listener needs a certificate and its private key");
  options = https(authority);
  options.tls.private_key = other.key;
  CHECK(problem(options).starts_with("Failed to load cert/key pair: "));
  options = https(authority);
  options.tls.certificate.clear();
  options.tls.cert_file = "/no/such/file";
  CHECK(problem(options) == "Failed to load cert/key pair: open /no/such/file: No such file or directory");
  options = https(authority);
  options.tls.verification = tls_verification::required;
  CHECK(problem(options) == "VerifyIncoming set but no CA certificates were provided");
  options = https(authority);
  options.tls.min_version = "TLSv9";
  CHECK(problem(options) == "unknown TLS version \"TLSv9\"");
  options = https(authority);
  options.tls.cipher_suites = {"TLS_NONE"};
  CHECK(problem(options) == "unknown TLS cipher suite \"TLS_NONE\"");
}
