#include "fake_agent.hpp"
#include "frontends/cli/certificate.hpp"
#include "frontends/cli/cli.hpp"
#include "frontends/cli/snapshot_contents.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sstream>

using namespace praetor;
using namespace praetor::cli;

namespace {

struct outcome {
  int code;
  std::string out, err;
};

outcome run_with(const std::vector<std::string>& args) {
  std::istringstream in;
  std::ostringstream out, err;
  int code = run(args, {}, {in, out, err});
  return {code, out.str(), err.str()};
}

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

const std::string archive = PRAETOR_SOURCE_DIR "/tests/unit/snapshot/data/real.snap";
const std::string internal = PRAETOR_SOURCE_DIR "/tests/unit/snapshot/data/raft-snapshots/2-23-1795214703435/state.bin";

/// An empty directory that is the working directory during this object's lifetime.
class workplace {
public:
  workplace() : before_(std::filesystem::current_path()) {
    std::string name = (std::filesystem::temp_directory_path() / "praetor-cli-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()));
    own_ = name;
    std::filesystem::current_path(own_);
  }
  ~workplace() {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(own_);
  }
  std::vector<std::string> files() const {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(own_)) out.push_back(entry.path().filename().string());
    std::sort(out.begin(), out.end());
    return out;
  }

private:
  std::filesystem::path before_, own_;
};

std::filesystem::perms mode_of(const std::string& file) { return std::filesystem::status(file).permissions(); }

X509* read_certificate(const std::string& file) {
  auto pem = content(file);
  auto* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  auto* out = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  REQUIRE(out);
  return out;
}

/// The certificate in readable form.
std::string printed(X509* x) {
  auto* bio = BIO_new(BIO_s_mem());
  X509_print_ex(bio, x, XN_FLAG_ONELINE, 0);
  char* data = nullptr;
  auto size = BIO_get_mem_data(bio, &data);
  std::string out(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return out;
}

} // namespace

TEST_CASE("inspect shows what an archive of a real server holds") {
  auto shown = run_with({"snapshot", "inspect", "-kvdetails", archive});
  CHECK(shown.code == 0);
  CHECK(shown.out == " ID           2-23-1795214703435\n"
                     " Size         14493\n"
                     " Index        23\n"
                     " Term         2\n"
                     " Version      1\n"
                     "\n"
                     " Type                        Count      Size\n"
                     " ----                        ----       ----\n"
                     " Register                    12         9.9KB\n"
                     " ConnectCA                   1          1.2KB\n"
                     " ConnectCAProviderState      1          1.2KB\n"
                     " Index                       27         893B\n"
                     " Autopilot                   1          199B\n"
                     " ConnectCAConfig             1          195B\n"
                     " SystemMetadata              3          191B\n"
                     " KVS                         2          144B\n"
                     " FederationState             1          139B\n"
                     " ServiceVirtualIP            1          109B\n"
                     " FreeVirtualIP               1          33B\n"
                     " ChunkingState               1          12B\n"
                     " ----                        ----       ----\n"
                     " Total                                  14.2KB\n"
                     "\n"
                     " Key Name      Count      Size\n"
                     " ----          ----       ----\n"
                     " b/c           1          73B\n"
                     " a             1          71B\n"
                     " ----          ----       ----\n"
                     " Total                    144B\n");
  auto grouped = run_with({"snapshot", "inspect", "-kvdetails", "-kvdepth", "1", "-kvfilter", "b", archive});
  CHECK(grouped.out.ends_with(" b             1          73B\n ----          ----       ----\n"
                              " Total                    73B\n"));
  CHECK(run_with({"snapshot", "inspect", internal}).out == run_with({"snapshot", "inspect", archive}).out);
}

TEST_CASE("inspect writes JSON") {
  auto shown = run_with({"snapshot", "inspect", "-format", "json", archive});
  CHECK(shown.code == 0);
  CHECK(shown.out.starts_with("{\n   \"Meta\": {\n      \"ID\": \"2-23-1795214703435\",\n      \"Size\": 14493,\n"));
  CHECK(shown.out.ends_with("   ],\n   \"StatsKV\": null,\n   \"TotalSize\": 14493,\n   \"TotalSizeKV\": 0\n}\n"));
}

TEST_CASE("inspect refuses what is no snapshot") {
  CHECK(run_with({"snapshot", "inspect"}).err == "Missing FILE argument\n");
  CHECK(run_with({"snapshot", "inspect", "a", "b"}).err == "Too many arguments (expected 1, got 2)\n");
  CHECK(run_with({"snapshot", "inspect", "/nope"}).err ==
        "Error opening snapshot file: open /nope: no such file or directory\n");
  CHECK(run_with({"snapshot", "inspect", "-format", "xx", archive}).err ==
        "Error outputting enhanced snapshot data: Unknown format: xx\n");
  workplace here;
  std::ofstream("text") << "no archive at all";
  CHECK(run_with({"snapshot", "inspect", "text"}).err ==
        "Error reading snapshot: failed to decompress snapshot: gzip: invalid header\n");
  std::ofstream("cut", std::ios::binary) << content(archive).substr(0, 3000);
  auto cut = run_with({"snapshot", "inspect", "cut"});
  CHECK(cut.code == 1);
  CHECK(cut.err == "Error reading snapshot: failed to read snapshot file: failed to read or write snapshot data: "
                   "unexpected EOF\n");
}

TEST_CASE("sizes have at most one decimal") {
  CHECK(size_text(0) == "0");
  CHECK(size_text(1023) == "1023B");
  CHECK(size_text(1024) == "1KB");
  CHECK(size_text(1536) == "1.5KB");
  CHECK(size_text(std::uint64_t{5} << 30) == "5GB");
}

TEST_CASE("save keeps a verified archive and nothing else") {
  workplace here;
  fake_agent agent;
  agent.when("GET /v1/snapshot", {200, content(archive), "X-Consul-Index: 23\r\n"});
  agent.when("GET /v1/agent/self", {200, R"({"Config": {"Version": "1.19.2", "Datacenter": "dc1"}})", ""});
  auto address = "-http-addr=" + agent.address();
  auto saved = run_with({"snapshot", "save", address, "-stale", "a.snap"});
  CHECK(saved.code == 0);
  CHECK(saved.out == "Saved and verified snapshot to index 23\n");
  CHECK(content("a.snap") == content(archive));
  CHECK(agent.requests().back() == "GET /v1/snapshot?stale=");
  CHECK(run_with({"snapshot", "save", address, "-append-filename", "version,other,dc", "a.snap"}).code == 0);
  CHECK(here.files() == std::vector<std::string>{"a-1.19.2-dc1.snap", "a.snap"});
}

TEST_CASE("save leaves nothing behind when the archive is cut or refused") {
  workplace here;
  fake_agent agent;
  agent.when("GET /v1/snapshot", {200, content(archive).substr(0, 2000), "X-Consul-Index: 23\r\n"});
  auto address = "-http-addr=" + agent.address();
  auto cut = run_with({"snapshot", "save", address, "a.snap"});
  CHECK(cut.code == 1);
  CHECK(cut.err.starts_with("Error verifying snapshot file: "));
  agent.when("GET /v1/snapshot", {500, "No cluster leader", ""});
  CHECK(run_with({"snapshot", "save", address, "a.snap"}).err ==
        "Error saving snapshot: Unexpected response code: 500 (No cluster leader)\n");
  CHECK(here.files().empty());
}

TEST_CASE("an authority is made once, and signs certificates") {
  workplace here;
  auto made = run_with({"tls", "ca", "create"});
  CHECK(made.code == 0);
  CHECK(made.out == "==> Saved consul-agent-ca.pem\n==> Saved consul-agent-ca-key.pem\n");
  using std::filesystem::perms;
  CHECK(mode_of("consul-agent-ca.pem") ==
        (perms::owner_read | perms::owner_write | perms::group_read | perms::others_read));
  CHECK(mode_of("consul-agent-ca-key.pem") == (perms::owner_read | perms::owner_write));
  CHECK(content("consul-agent-ca-key.pem").starts_with("-----BEGIN EC PRIVATE KEY-----\n"));
  auto again = run_with({"tls", "ca", "create"});
  CHECK(again.code == 1);
  CHECK(again.err == "consul-agent-ca.pem already exists.\n");

  auto server = run_with({"tls", "cert", "create", "-server", "-node", "n1", "-additional-dnsname", "x.y",
                          "-additional-ipaddress", "10.0.0.1"});
  CHECK(server.code == 0);
  CHECK(server.out.starts_with("==> WARNING: Server Certificates grants authority to become a\n    "));
  CHECK(server.out.ends_with("==> Using consul-agent-ca.pem and consul-agent-ca-key.pem\n"
                             "==> Saved dc1-server-consul-0.pem\n==> Saved dc1-server-consul-0-key.pem\n"));
  CHECK(run_with({"tls", "cert", "create", "-server"}).out.ends_with("==> Saved dc1-server-consul-1-key.pem\n"));
  CHECK(run_with({"tls", "cert", "create", "-cli", "-dc", "east"})
            .out.ends_with("==> Saved east-cli-consul-0-key.pem\n"));

  auto* ca = read_certificate("consul-agent-ca.pem");
  auto* one = read_certificate("dc1-server-consul-0.pem");
  auto* key = X509_get0_pubkey(ca);
  CHECK(X509_verify(ca, key) == 1);
  CHECK(X509_verify(one, key) == 1);
  CHECK(X509_check_issued(ca, one) == X509_V_OK);
  auto about_ca = printed(ca), about_server = printed(one);
  CHECK(about_ca.find("postalCode = 94105, O = HashiCorp Inc., CN = Consul Agent CA ") != std::string::npos);
  CHECK(about_ca.find("CA:TRUE") != std::string::npos);
  CHECK(about_server.find("CN = server.dc1.consul") != std::string::npos);
  CHECK(about_server.find("TLS Web Server Authentication, TLS Web Client Authentication") != std::string::npos);
  CHECK(about_server.find("DNS:x.y, DNS:n1.server.dc1.consul, DNS:server.dc1.consul, DNS:localhost, "
                          "IP Address:10.0.0.1, IP Address:127.0.0.1") != std::string::npos);
  auto* tool = read_certificate("east-cli-consul-0.pem");
  auto about_tool = printed(tool);
  CHECK(about_tool.find("DNS:cli.east.consul, DNS:localhost\n") != std::string::npos);
  CHECK(about_tool.find("Extended Key Usage") == std::string::npos);
  X509_free(tool);
  X509_free(one);
  X509_free(ca);
}

TEST_CASE("an authority may be bound to names") {
  workplace here;
  CHECK(run_with({"tls", "ca", "create", "-domain", "bar", "-name-constraint", "-additional-name-constraint", "foo",
                  "-common-name", "X", "-cluster-id", "abc", "-days", "10"})
            .code == 0);
  CHECK(here.files() == std::vector<std::string>{"bar-agent-ca-key.pem", "bar-agent-ca.pem"});
  auto* ca = read_certificate("bar-agent-ca.pem");
  auto about = printed(ca);
  CHECK(about.find("CN = X\n") != std::string::npos);
  CHECK(about.find("URI:spiffe://abc.bar") != std::string::npos);
  CHECK(about.find("DNS:foo\n                  DNS:bar\n                  DNS:localhost\n") != std::string::npos);
  X509_free(ca);
}

TEST_CASE("a certificate's flags are checked") {
  workplace here;
  auto error = [](std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"tls", "cert", "create"});
    return run_with(flags).err;
  };
  CHECK(error({}) == "Please provide either -server, -client, or -cli\n");
  CHECK(error({"-server", "-client"}) == "Please provide either -server, -client, or -cli\n");
  CHECK(error({"-client", "-node", "n"}) == "-node requires -server\n");
  CHECK(error({"-client", "-ca", ""}) == "Please provide the ca\n");
  CHECK(error({"-client", "-key", ""}) == "Please provide the key\n");
  CHECK(error({"-client", "-ca", "/nope"}) == "Error reading CA: open /nope: no such file or directory\n");
  CHECK(error({"-client", "-additional-ipaddress", "x"}) == "\"x\" is not an IP address\n");
  std::ofstream("no.pem") << "no PEM";
  CHECK(error({"-client", "-ca", "no.pem", "-key", "no.pem"}).starts_with("the CA's file holds no certificate"));
  CHECK(here.files() == std::vector<std::string>{"no.pem"});
}
