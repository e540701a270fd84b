#include "actors/ports/probe_attempt.hpp"
#include "local_server.hpp"
#include "probing.hpp"
#include "protocol/types/check_kinds.hpp"
#include "tls_server.hpp"

#include <arpa/inet.h>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace praetor;
using namespace std::chrono_literals;

namespace {

const std::string untrusted = "tls: failed to verify certificate: x509: ";

check_definition tcp(const std::string& address, bool tls = false) {
  check_definition d;
  d.tcp = address;
  d.tcp_use_tls = tls;
  return d;
}

/// A UDP socket on a free port of the loopback address.
struct udp_socket {
  udp_socket() {
    socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0);
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    where = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    timeval limit{20, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~udp_socket() { ::close(socket); }
  int socket;
  std::string where;
};

} // namespace

TEST_CASE("a TCP check passes when it can connect") {
  probing p;
  local_server server([](int) {});
  expect(p.run(tcp(server.address())), "passing", "TCP connect " + server.address() + ": Success");
  auto by_name = "localhost:" + std::to_string(server.port());
  expect(p.run(tcp(by_name)), "passing", "TCP connect " + by_name + ": Success");
  auto refused = "127.0.0.1:" + std::to_string(closed_port());
  expect(p.run(tcp(refused)), "critical", "dial tcp " + refused + ": connect: connection refused");
  expect(p.run(tcp("127.0.0.1")), "critical", "dial tcp: address 127.0.0.1: missing port in address");
  expect(p.run(tcp("::1:80")), "critical", "dial tcp: address ::1:80: too many colons in address");
}

TEST_CASE("a TCP check with TLS believes only who is named and vouched for") {
  std::signal(SIGPIPE, SIG_IGN);
  tls_server server("DNS:foo.example,IP:127.0.0.1");
  auto address = server.address();
  {
    probing p;
    expect(p.run(tcp(address, true)), "critical", untrusted + "certificate signed by unknown authority");
    auto d = tcp(address, true);
    d.tls_skip_verify = true;
    expect(p.run(d), "passing", "TCP+TLS connect " + address + ": Success");
    d.tls_skip_verify = false;
    d.tls_server_name = "bar.example";
    expect(p.run(d), "critical", untrusted + "certificate is valid for foo.example, not bar.example");
    tls_server other("DNS:foo.example");
    expect(p.run(tcp(other.address(), true)), "critical",
           untrusted + "cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs");
  }
  auto file = std::filesystem::temp_directory_path() / ("probe_socket_test." + std::to_string(getpid()) + ".pem");
  std::ofstream(file) << server.certificate();
  config::runtime_config config;
  config.enable_agent_tls_for_checks = true;
  config.tls_internal_rpc.ca_file = file.string();
  probing p(config);
  expect(p.run(tcp(address, true)), "passing", "TCP+TLS connect " + address + ": Success");
  auto d = tcp(address, true);
  d.tls_server_name = "foo.example";
  CHECK(p.run(d).status == "passing");
  d.tls_server_name = "bar.example";
  CHECK(p.run(d).status == "critical");

  tls_server renewed("IP:127.0.0.1");
  CHECK(p.run(tcp(renewed.address(), true)).status == "critical");
  std::ofstream(file) << renewed.certificate();
  p.port->reload(config);
  CHECK(p.run(tcp(renewed.address(), true)).status == "passing");
  config.enable_agent_tls_for_checks = false;
  p.port->reload(config);
  CHECK(p.run(tcp(renewed.address(), true)).status == "critical");
  std::filesystem::remove(file);
}

TEST_CASE("a TCP check with TLS says what is wrong with the other side") {
  probing p;
  local_server closing([](int) {});
  CHECK(p.run(tcp(closing.address(), true)).status == "critical");
  local_server silent([](int s) { wait_for_end(s); });
  auto d = tcp(silent.address(), true);
  d.timeout = 200ms;
  expect(p.run(d), "critical", "context deadline exceeded");
}

TEST_CASE("an HTTPS check reads its answer over TLS") {
  std::signal(SIGPIPE, SIG_IGN);
  tls_server server("DNS:foo.example", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  probing p;
  check_definition d;
  d.http = "https://" + server.address() + "/x";
  expect(p.run(d), "critical",
         "Get \"" + d.http + "\": " + untrusted +
             "cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs");
  d.tls_skip_verify = true;
  expect(p.run(d), "passing", "HTTP GET " + d.http + ": 200 OK Output: ok");
}

TEST_CASE("a UDP check fails only when it is refused") {
  probing p;
  check_definition d;
  SECTION("an answer") {
    udp_socket socket;
    std::thread peer([&] {
      char byte;
      sockaddr_in from{};
      socklen_t size = sizeof from;
      if (::recvfrom(socket.socket, &byte, 1, 0, reinterpret_cast<sockaddr*>(&from), &size) < 0) return;
      ::sendto(socket.socket, "answer", 6, 0, reinterpret_cast<sockaddr*>(&from), size);
    });
    d.udp = socket.where;
    expect(p.run(d), "passing", "UDP connect " + d.udp + ": Success");
    peer.join();
  }
  SECTION("silence") {
    udp_socket socket;
    d.udp = socket.where;
    d.timeout = 200ms;
    expect(p.run(d), "passing", "UDP connect " + d.udp + ": Success");
  }
  SECTION("a refusal") {
    { d.udp = udp_socket().where; }
    auto result = p.run(d);
    CHECK(result.status == "critical");
    CHECK(result.output.starts_with("read udp 127.0.0.1:"));
    CHECK(result.output.ends_with("->" + d.udp + ": read: connection refused"));
  }
}

TEST_CASE("each kind of check that is run has a probe") {
  for (const auto& kind : health_check_kinds()) {
    INFO(kind.name);
    bool wanted = kind.name != "ttl" && kind.name != "alias"; // these report what others say
    CHECK(std::ranges::count(probe_rows, kind.name, &probe_row::kind) == (wanted ? 1 : 0));
  }
}
