#include "processes.hpp"

#include <filesystem>
#include <openssl/ssl.h>
#include <set>

using namespace praetor;

namespace {

/// The certificates of a small cluster.
struct cluster_files {
  pem_folder folder;
  authority own{"praetor test"}, foreign{"somebody else"};
  std::string ca = folder.write("ca.pem", own.certificate());
  std::string foreign_ca = folder.write("foreign-ca.pem", foreign.certificate());

  /// The settings of an agent with a certificate for `name`.
  config::tls_settings with(const std::string& name, const authority& by, bool verify = true) {
    auto leaf = by.issue(name);
    auto number = std::to_string(++count);
    config::tls_settings s;
    s.ca_file = ca;
    s.cert_file = folder.write("leaf-" + number + ".pem", leaf.certificate);
    s.key_file = folder.write("leaf-" + number + ".key", leaf.key);
    s.verify_incoming = s.verify_outgoing = s.verify_server_hostname = verify;
    return s;
  }
  config::tls_settings server() { return with("server.dc1.consul", own); }
  int count = 0;
};

std::string refusal(test_process& from, test_process& to) {
  auto r = from.connect(to.as_server());
  return r ? "connected" : r.error().text;
}

#define CHECK_CONTAINS(text, part)                                                                                     \
  do {                                                                                                                 \
    INFO(text);                                                                                                        \
    CHECK((text).find(part) != std::string::npos);                                                                     \
  } while (false)

} // namespace

TEST_CASE("servers that verify each other's names talk over TLS") {
  cluster_files files;
  test_process one({.name = "one", .tls = files.server()}), two({.name = "two", .tls = files.server()});
  auto gateway = two.connect(one.as_server());
  REQUIRE(gateway);
  CHECK(two.ask(*gateway, "secret") == "echo secret");
  CHECK(two.ask(*gateway, "5000000", 2).size() == 5000000);
  CHECK(two.ask(*gateway, std::string(3000000, 'x')).size() == 3000005);
  auto who = one.first_peer();
  CHECK(who.certified_server);
  CHECK(who.names == std::vector<std::string>{"server.dc1.consul"});
}

TEST_CASE("an agent with a certificate that names no server is admitted, but not as a server") {
  cluster_files files;
  test_process one({.name = "one", .tls = files.server()});
  auto tls = files.with("agent7.dc1.consul", files.own);
  SECTION("as what it is") {
    test_process agent({.name = "agent", .server = false, .tls = tls});
    auto gateway = agent.connect(one.as_server());
    REQUIRE(gateway);
    CHECK(agent.ask(*gateway, "hello") == "echo hello");
    auto who = one.first_peer();
    CHECK(!who.claims_server);
    CHECK(!who.certified_server);
    CHECK(who.names == std::vector<std::string>{"agent7.dc1.consul"});
  }
  SECTION("as a server") {
    test_process imposter({.name = "imposter", .tls = tls});
    auto text = refusal(imposter, one);
    CHECK_CONTAINS(text, "says that it is a server, but shows the wrong certificate");
    CHECK_CONTAINS(text, "x509: certificate is valid for agent7.dc1.consul, not server.dc1.consul");
  }
}

TEST_CASE("certificates that prove nothing are refused, with the reason on both sides") {
  cluster_files files;
  SECTION("the server's authority is not ours") {
    auto tls = files.with("server.dc1.consul", files.foreign);
    tls.ca_file = files.foreign_ca;
    test_process one({.name = "one", .tls = tls}), two({.name = "two", .tls = files.server()});
    auto text = refusal(two, one);
    CHECK_CONTAINS(text, "the server shows a certificate that can't be believed: self-signed certificate");
  }
  SECTION("the server's certificate names another datacenter") {
    test_process one({.name = "one", .tls = files.with("server.dc2.consul", files.own)}),
        two({.name = "two", .tls = files.server()});
    auto text = refusal(two, one);
    CHECK_CONTAINS(text, "the server shows the wrong certificate");
    CHECK_CONTAINS(text, "x509: certificate is valid for server.dc2.consul, not server.dc1.consul");
  }
  SECTION("the client's authority is not ours") {
    auto tls = files.with("agent.dc1.consul", files.foreign);
    test_process one({.name = "one", .tls = files.server()}), agent({.name = "agent", .server = false, .tls = tls});
    auto text = refusal(agent, one);
    CHECK_CONTAINS(text, "the server refuses this agent, which it says shows a certificate that can't be believed");
    CHECK(eventually([&] { return one.log->contain("shows a certificate that can't be believed"); }));
  }
  SECTION("the client has no certificate") {
    config::tls_settings tls;
    tls.ca_file = files.ca;
    tls.verify_outgoing = true;
    test_process one({.name = "one", .tls = files.server()}), agent({.name = "agent", .server = false, .tls = tls});
    auto text = refusal(agent, one);
    CHECK_CONTAINS(text, "the server refuses this agent, which it says shows no certificate");
  }
}

TEST_CASE("plain and TLS do not mix by accident") {
  cluster_files files;
  SECTION("plain to a server that demands TLS") {
    test_process one({.name = "one", .tls = files.server()}), two({.name = "two"});
    auto text = refusal(two, one);
    CHECK_CONTAINS(text, "speaks without TLS, which tls.internal_rpc.verify_incoming demands here");
    CHECK(eventually([&] { return one.log->contain("speaks without TLS"); }));
  }
  SECTION("TLS to a server without a certificate") {
    test_process one({.name = "one"}), two({.name = "two", .tls = files.server()});
    auto text = refusal(two, one);
    CHECK_CONTAINS(text, "during the TLS handshake");
    CHECK(eventually([&] { return one.log->contain("speaks TLS, for which this agent has no certificate"); }));
  }
  SECTION("a server that has a certificate and demands nothing serves both") {
    auto tls = files.with("server.dc1.consul", files.own, false);
    test_process one({.name = "one", .tls = tls}), plain({.name = "plain"}),
        secure({.name = "secure", .tls = files.server()});
    auto a = plain.connect(one.as_server()), b = secure.connect(one.as_server());
    REQUIRE(a);
    REQUIRE(b);
    CHECK(plain.ask(*a, "1") == "echo 1");
    CHECK(secure.ask(*b, "2") == "echo 2");
  }
}

TEST_CASE("new certificates hold for new connections and leave the others alone") {
  cluster_files files;
  test_process one({.name = "one", .tls = files.with("server.dc2.consul", files.own)}),
      two({.name = "two", .tls = files.with("server.dc1.consul", files.own)});
  CHECK(refusal(two, one).find("valid for server.dc2.consul") != std::string::npos);
  one.reload(files.server());
  auto gateway = two.connect(one.as_server());
  REQUIRE(gateway);
  one.reload(files.with("server.dc3.consul", files.own));
  CHECK(two.ask(*gateway, "still there") == "echo still there");
  CHECK(refusal(two, one).find("valid for server.dc3.consul") != std::string::npos);
}

TEST_CASE("connections of servers go by the configured version, ciphers and folder of authorities") {
  cluster_files files;
  auto s = files.server();
  s.min_version = "TLSv1_3";
  auto made = test_process::tls_of(s, true);
  REQUIRE(made);
  for (auto* context : {(*made)->outgoing.get(), (*made)->incoming.get()})
    CHECK(SSL_CTX_get_min_proto_version(context) == TLS1_3_VERSION);
  s.min_version = "TLSv1_2";
  s.cipher_suites = {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"};
  made = test_process::tls_of(s, true);
  REQUIRE(made);
  std::set<std::string> ciphers;
  auto* all = SSL_CTX_get_ciphers((*made)->outgoing.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(all); ++i)
    if (auto* one = sk_SSL_CIPHER_value(all, i); std::string_view(SSL_CIPHER_get_version(one)) != "TLSv1.3")
      ciphers.insert(SSL_CIPHER_get_name(one));
  CHECK(ciphers == std::set<std::string>{"ECDHE-ECDSA-AES256-GCM-SHA384"});
  s.ca_path = std::filesystem::path(files.ca).parent_path() / "authorities";
  std::filesystem::create_directory(s.ca_path);
  std::filesystem::copy_file(files.ca, std::filesystem::path(s.ca_path) / "one.pem");
  s.ca_file.clear();
  test_process one({.name = "one", .tls = s}), two({.name = "two", .tls = files.server()});
  CHECK(one.connect(two.as_server()));
}

TEST_CASE("TLS settings that can't work are named") {
  cluster_files files;
  config::tls_settings s;
  s.verify_outgoing = true;
  CHECK(test_process::tls_of(s, true).error().text ==
        "tls.internal_rpc: verify_outgoing needs an authority (ca_file or ca_path)");
  s.verify_outgoing = false;
  s.verify_incoming = true;
  s.ca_file = files.ca;
  CHECK(test_process::tls_of(s, true).error().text ==
        "tls.internal_rpc: verify_incoming needs a certificate of the own (cert_file and key_file)");
  CHECK(test_process::tls_of(s, false));
  s.cert_file = s.key_file = "/nowhere.pem";
  CHECK(test_process::tls_of(s, true).error().text.find("tls.internal_rpc: Failed to load cert/key pair: open "
                                                        "/nowhere.pem") == 0);
}
